import AWSPrivateLink
import CloudTransport
import Connectivity
import ControlPlane
import FoundationEssentials
import GooglePSC
import Logging

/// The backends that are in the server's own process, and end with it: what is counted is their calls on the network.
enum DirectBackend {
    private static let transport = Result { () throws(CloudTransportError) in try CloudTransport() }

    static func make(
        _ provider: CloudProvider, environment: [String: String], calls: CrashSequence
    ) throws -> any CloudBackend {
        let caller = CrashingCaller(caller: try transport.get(), calls: calls)
        let logger = Logger(label: "crash-rig", factory: { _ in SwiftLogNoOpLogHandler() })
        // The emulators judge credentials by the day's time, not by the story's.
        let entropy = MonotonicEntropy()
        let system = Environment(now: { Timestamp(.now) }, entropy: entropy.next(at:), jitter: { .random(in: 0..<1) })
        return switch provider {
        case .aws:
            AWSPrivateLinkBackend(
                settings: try AWSSettings(environment: environment), transport: caller, now: system.now,
                logger: logger)
        case .gcp:
            GooglePSCBackend(
                settings: try GoogleSettings(environment: environment), caller: caller, environment: system,
                logger: logger)
        }
    }
}

/// The way to a cloud, where every call that changes something may be the process's last.
private struct CrashingCaller: CloudCaller {
    let caller: any CloudCaller
    let calls: CrashSequence

    func send(_ request: CloudRequest) async throws(CloudError) -> CloudResponse {
        guard request.changesSomething else { return try await caller.send(request) }
        return try await calls.step { () async throws(CloudError) in try await caller.send(request) }
    }
}

extension CloudRequest {
    /// EC2 tells looks from changes by the action's name, Compute Engine by the method; the rest is about credentials.
    fileprivate var changesSomething: Bool {
        let form = String(decoding: body ?? Data(), as: UTF8.self)
        if let action = form.split(separator: "&").first(where: { $0.hasPrefix("Action=") })?.dropFirst(7) {
            return !["Describe", "Get", "Assume"].contains { action.hasPrefix($0) }
        }
        return method != .get && url.contains("/compute/")
    }
}
