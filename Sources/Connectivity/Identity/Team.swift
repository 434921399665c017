/// A group of people who own cloud accounts and services together, and who file and decide as one.
public struct Team: Identified, Hashable {
    public static let idPrefix = "team"

    public let id: ID<Team>
    public let name: ResourceName
    public var description: String?
    /// How to reach the team: an address, a channel, a pager. Shown to those who wait for it.
    public var contact: String?
    public let createdAt: Timestamp
    public var updatedAt: Timestamp
    /// Counts the changes; the API's `ETag`.
    public var revision: Int

    public init(
        id: ID<Team>, name: ResourceName, description: String?, contact: String?, createdAt: Timestamp,
        updatedAt: Timestamp, revision: Int = 1
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.contact = contact
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }
}
