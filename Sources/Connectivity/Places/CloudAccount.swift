/// A Google project or an AWS account, with the team that owns it. Only that team may file requests for its networks
/// or publish services from it.
public struct CloudAccount: Identified, Hashable {
    public static let idPrefix = "acct"

    public let id: ID<CloudAccount>
    public let name: ResourceName
    public var teamID: ID<Team>
    public let provider: CloudProvider
    /// The provider's own name for it: a Google project id, or the twelve digits of an AWS account.
    public let nativeID: String
    public var access: CloudAccess
    public var description: String?
    /// When its networks were last read from the cloud.
    public var networksObservedAt: Timestamp?
    /// Why the last reading of its networks failed.
    public var lastError: Fault?
    /// When its networks are to be read again.
    public var schedule: Schedule
    public let createdAt: Timestamp
    public var updatedAt: Timestamp
    public var revision: Int

    public init(
        id: ID<CloudAccount>, name: ResourceName, teamID: ID<Team>, provider: CloudProvider, nativeID: String,
        access: CloudAccess = CloudAccess(), description: String?, networksObservedAt: Timestamp? = nil,
        lastError: Fault? = nil, schedule: Schedule,
        createdAt: Timestamp, updatedAt: Timestamp, revision: Int = 1
    ) {
        self.id = id
        self.name = name
        self.teamID = teamID
        self.provider = provider
        self.nativeID = nativeID
        self.access = access
        self.description = description
        self.networksObservedAt = networksObservedAt
        self.lastError = lastError
        self.schedule = schedule
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }

    /// What a native account id looks like, or nil if `raw` is one of `provider`.
    public static func objection(to raw: String, of provider: CloudProvider) -> String? {
        let bytes = raw.utf8
        switch provider {
        case .aws:
            let isAccount = bytes.count == 12 && bytes.allSatisfy { (48...57).contains($0) }
            return isAccount ? nil : "an AWS account id is 12 digits, such as 111122223333"
        case .gcp:
            // A project id has the shape of one of our names, but 6 to 30 characters.
            let isProject = (6...30).contains(bytes.count) && ResourceName(raw) != nil
            return isProject
                ? nil
                : "a Google project id is 6 to 30 lower-case letters, digits and hyphens, starting with a letter"
        }
    }
}
