/// One thing that must be in order for the server to do its work.
public struct ReadinessCheck: Sendable {
    /// `store`, `reconciler`, ….
    public let name: String
    /// What is wrong, in one sentence without secrets; nil if nothing is.
    public let objection: @Sendable () async -> String?

    public init(_ name: String, objection: @escaping @Sendable () async -> String?) {
        self.name = name
        self.objection = objection
    }
}
