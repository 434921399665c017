public import Connectivity

/// The first place at which the log of events is not what was written.
public enum EventLogFault: Error, Hashable, CustomStringConvertible {
    case broken(EventChain.Break)
    /// The next event holds something that no event holds, or lies in a damaged part of the file.
    case unreadable(after: Int, reason: String)

    /// The place in the log, counted from 1.
    public var sequence: Int {
        switch self {
        case .broken(let fault): fault.sequence
        case .unreadable(let last, _): last + 1
        }
    }

    public var description: String {
        switch self {
        case .broken(let fault): "\(fault)"
        case .unreadable(let last, let reason): "event \(last + 1) cannot be read: \(reason)"
        }
    }
}
