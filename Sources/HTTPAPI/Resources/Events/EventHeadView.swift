import Connectivity
import ControlPlane

/// The log's head as the API shows it, with what the server found when it checked what is before it.
struct EventHeadView: JSONWritable {
    let head: EventChain.Head
    let verification: LogVerification

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("sequence", head.sequence)
            // What is none must not be kept as one.
            json.member("hash", EventChain.isHash(head.hash) ? head.hash : nil)
            json.member("verification") { json in
                json.object { json in
                    json.member("state", verification.state)
                    json.member("through_sequence", verification.throughSequence)
                    json.member("checked_at", verification.checkedAt)
                    json.member("first_bad", verification.fault)
                }
            }
        }
    }
}

extension EventLogFault: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("sequence", sequence)
            json.member("problem", shownProblem)
        }
    }

    /// What the database engine said is for the operator's log.
    private var shownProblem: String {
        switch self {
        case .broken: description
        case .unreadable(let last, _): "event \(last + 1) cannot be read"
        }
    }
}
