import Connectivity

/// A Compute Engine resource's name within Google: `projects/<project>/regions/<region>/forwardingRules/<name>`. Google
/// writes it with several hosts before it, and takes it without any; Postern keeps it without.
struct ResourcePath: Hashable, Sendable, CustomStringConvertible {
    let project: String
    /// nil: the resource is global.
    let region: String?
    let collection: String
    let name: String

    init(project: String, region: String?, collection: String, name: String) {
        self.project = project
        self.region = region
        self.collection = collection
        self.name = name
    }

    /// Parses a full or partial URL, or a full resource name (`//compute.googleapis.com/projects/…`); nil if it names
    /// nothing of the kind.
    init?(_ raw: some StringProtocol) {
        let parts = Self.canonical(raw).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy({ Self.isSegment($0) }), parts.count >= 5, parts[0] == "projects" else { return nil }
        if parts.count == 6, parts[2] == "regions" {
            self.init(project: parts[1], region: parts[3], collection: parts[4], name: parts[5])
        } else if parts.count == 5, parts[2] == "global" {
            self.init(project: parts[1], region: nil, collection: parts[3], name: parts[4])
        } else {
            return nil
        }
    }

    var description: String {
        "projects/\(project)/" + (region.map { "regions/\($0)/" } ?? "global/") + "\(collection)/\(name)"
    }

    /// What a plain name means beside this resource: one of the same project and region. A path is taken as it is.
    func sibling(_ raw: String, in collection: String) -> String {
        let canonical = Self.canonical(raw)
        guard !canonical.contains("/") else { return canonical }
        return "\(ResourcePath(project: project, region: region, collection: collection, name: canonical))"
    }

    /// The last part of any resource's URL.
    static func lastName(of url: String) -> String { String(url.split(separator: "/").last ?? "") }

    /// The text from `projects/` on; other text as it is. Two texts that name one resource have one canonical form.
    static func canonical(_ raw: some StringProtocol) -> String {
        guard let scheme = raw.firstRange(of: "//") else {
            return String(raw.hasPrefix("/") ? raw.dropFirst() : raw[...])
        }
        guard let start = raw[scheme.upperBound...].firstRange(of: "/projects/") else { return String(raw) }
        return String(raw[start.lowerBound...].dropFirst())
    }

    /// Names go into URLs as they are, so nothing may be in them that means something there.
    private static func isSegment(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"):
                    true
                default: false
                }
            } && text != "." && text != ".."
    }
}

extension Endpoint {
    /// The name of the forwarding rule and of the address that Postern makes.
    var resourceName: String { "postern-" + id.text.replacing("_", with: "-") }
    /// What the two say of themselves from the first moment on: labels come only later.
    var resourceDescription: String { "Private endpoint \(id), made by Postern." }
}

extension PublishedService {
    /// The name of the service attachment that Postern makes.
    var resourceName: String { "postern-" + id.text.replacing("_", with: "-") }
    /// What marks it as ours: attachments have no labels.
    var resourceDescription: String { "Published service \(id), made by Postern." }
}
