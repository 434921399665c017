/// Google's resource names: `projects/<project>/regions/<region>/forwardingRules/<name>`.
enum GoogleName {
    /// The name without the host and version that self links begin with, so that equal things are equal text.
    static func canonical(_ raw: String) -> String {
        for host in ["https://www.googleapis.com/", "https://compute.googleapis.com/"] where raw.hasPrefix(host) {
            let path = raw.dropFirst(host.count)
            for version in ["compute/v1/", "compute/beta/"] where path.hasPrefix(version) {
                return String(path.dropFirst(version.count))
            }
        }
        return raw
    }

    static func attachment(_ name: String, project: String, region: String) -> String {
        "projects/\(project)/regions/\(region)/serviceAttachments/\(name)"
    }

    static func forwardingRule(_ name: String, project: String, region: String) -> String {
        "projects/\(project)/regions/\(region)/forwardingRules/\(name)"
    }

    static func address(_ name: String, project: String, region: String) -> String {
        "projects/\(project)/regions/\(region)/addresses/\(name)"
    }

    /// The project that a resource lies in.
    static func project(of resource: String) -> String? {
        let parts = canonical(resource).split(separator: "/")
        return parts.count > 1 && parts[0] == "projects" ? String(parts[1]) : nil
    }
}
