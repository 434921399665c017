/// Everything that is wrong with a body, gathered while it is read: a client learns of all its mistakes at once.
final class BodyFaults {
    /// One value of the body that is not as it must be.
    struct Fault: Hashable, Sendable {
        /// RFC 6901.
        let pointer: String
        let detail: String
    }

    private(set) var list: [Fault] = []

    func add(_ pointer: String, _ detail: String) {
        // A body of thousands of unknown fields does not earn a reply of the same length.
        guard list.count < Self.most else { return }
        list.append(Fault(pointer: pointer, detail: detail))
    }

    static let most = 100
}
