/// One thing that must be in order for the server to do its work, or that its operator has to know of.
public struct ReadinessCheck: Sendable {
    /// `store`, `reconciler`, ….
    public let name: String
    /// What is wrong, in one sentence without secrets; nil if nothing is.
    public let objection: @Sendable () async -> String?
    /// Whether an objection makes the server unready; if not, it is a warning.
    public let isEssential: Bool

    public init(_ name: String, isEssential: Bool = true, objection: @escaping @Sendable () async -> String?) {
        self.name = name
        self.isEssential = isEssential
        self.objection = objection
    }
}
