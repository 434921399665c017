/// How Postern gets into a cloud account. Names only: no secret is ever kept here.
public struct CloudAccess: Hashable, Codable, Sendable {
    /// The identity that Postern takes on there: the ARN of an AWS role (`sts:AssumeRole`), or the e-mail address of a
    /// Google service account (`iamcredentials.generateAccessToken`). nil: Postern's own identity reaches the account.
    public var identity: String?
    /// What the AWS role's trust policy asks for as `sts:ExternalId`.
    public var externalID: String?
    /// The AWS regions whose networks are read; empty: only the server's own. Google's networks are global.
    public var regions: [String]

    public init(identity: String? = nil, externalID: String? = nil, regions: [String] = []) {
        self.identity = identity
        self.externalID = externalID
        self.regions = regions
    }

    /// One of the fields, by its name in the API, with what is wrong with it.
    public struct Objection: Hashable, Sendable {
        public let field: String
        public let detail: String
    }

    /// Everything that makes this no way into the account `nativeID` of `provider`.
    public func objections(for nativeID: String, of provider: CloudProvider) -> [Objection] {
        var objections: [Objection] = []
        switch provider {
        case .aws:
            if let identity, !Self.isRole(identity, of: nativeID) {
                objections.append(
                    Objection(
                        field: "identity",
                        detail:
                            "is not the ARN of a role of this account, such as arn:aws:iam::\(nativeID):role/postern"
                    ))
            }
            if externalID != nil, identity == nil {
                objections.append(
                    Objection(
                        field: "external_id", detail: "goes with an identity: it is told when the role is assumed"))
            }
        case .gcp:
            if let identity, !Self.isServiceAccount(identity) {
                objections.append(
                    Objection(
                        field: "identity",
                        detail: "is not a service account, such as postern@\(nativeID).iam.gserviceaccount.com"))
            }
            if externalID != nil {
                objections.append(Objection(field: "external_id", detail: "is an AWS setting; Google has none"))
            }
            if !regions.isEmpty {
                objections.append(
                    Objection(field: "regions", detail: "is an AWS setting; Google's networks are global"))
            }
        }
        return objections
    }

    private static func isRole(_ raw: String, of account: String) -> Bool {
        let parts = raw.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" && parts[1].hasPrefix("aws") && parts[2] == "iam"
            && parts[3].isEmpty && parts[4] == account && parts[5].hasPrefix("role/") && parts[5].count > 5
    }

    private static func isServiceAccount(_ raw: String) -> Bool {
        let parts = raw.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && ResourceName(parts[0]) != nil && parts[1].hasSuffix(".gserviceaccount.com")
    }
}
