import ControlPlane
import Connectivity
import FoundationEssentials

extension Environment {
    /// The system's clock and chance.
    static func system() -> Environment {
        let entropy = MonotonicEntropy()
        return Environment(
            now: { Timestamp(Date.now) }, entropy: entropy.next, jitter: { Double.random(in: 0..<1) })
    }
}
