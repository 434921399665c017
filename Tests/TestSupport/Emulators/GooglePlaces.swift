import CloudTransport

/// Projects, networks and services in the emulator, made by hand.
extension GoogleEmulator {
    /// A project id that no other test has.
    public static func freshProject(_ role: String) -> String {
        "\(role)-\(String(Int.random(in: 100_000_000...999_999_999), radix: 36))"
    }

    /// The service account that Postern takes on in a project.
    public static func identity(in project: String) -> String { "postern@\(project).iam.gserviceaccount.com" }

    /// A project with one network, in which Postern may do what the named roles say.
    public func makeProject(
        _ project: String, network: String, subnetworks: JSON, peerings: JSON = [], roles: [String]
    ) async throws {
        let permissions = try roles.flatMap { try Self.role($0) }
        let identity = Self.identity(in: project)
        try await self(
            "projects",
            [
                "id": .string(project), "permissions": [identity: .array(permissions.map { .string($0) })],
                "networks": [["name": .string(network), "subnetworks": subnetworks, "peerings": peerings]],
            ] as JSON)
        try await self("token-creators", ["email": .string(identity), "creators": [.string(Self.postern)]])
    }

    /// A producer's project: three NAT subnets, no application in sight.
    public func makeProducer(_ project: String, nat: String = "/24") async throws {
        let subnetworks = ["a", "b", "c"].enumerated().map { index, letter -> JSON in
            [
                "name": .string("nat-\(letter)"), "region": .string(Self.region),
                "ipCidrRange": .string("10.0.\(200 + index).0\(nat)"), "purpose": "PRIVATE_SERVICE_CONNECT",
            ]
        }
        try await makeProject(
            project, network: "prod", subnetworks: .array(subnetworks), roles: ["postern-producer"])
    }

    /// A consumer's project: its network uses 10.0.0.0/16 like everybody's, has a secondary range, a subnet that takes
    /// no endpoints, and a peer.
    public func makeConsumer(_ project: String) async throws {
        try await makeProject(
            project, network: "batch",
            subnetworks: [
                [
                    "name": "batch-a", "region": .string(Self.region), "ipCidrRange": "10.0.1.0/28",
                    "secondaryIpRanges": [["rangeName": "pods", "ipCidrRange": "10.4.0.0/20"]],
                ],
                ["name": "batch-b", "region": .string(Self.region), "ipCidrRange": "10.0.2.0/28"],
                [
                    "name": "proxies", "region": .string(Self.region), "ipCidrRange": "10.0.3.0/26",
                    "purpose": "REGIONAL_MANAGED_PROXY",
                ],
            ],
            peerings: [["name": "hub", "network": "projects/hub/global/networks/hub", "routes": ["10.9.0.0/16"]]],
            roles: ["postern-consumer"])
    }

    /// An internal load balancer, as far as a service attachment sees it. Gives its path.
    public func makeBalancer(_ name: String, in project: String) async throws -> String {
        let regional = "projects/\(project)/regions/\(Self.region)"
        try await compute(
            .post, "\(regional)/forwardingRules",
            ["name": .string(name), "loadBalancingScheme": "INTERNAL", "ports": ["443"]])
        return "\(regional)/forwardingRules/\(name)"
    }

    /// A service attachment made by hand. Gives its path.
    public func makeAttachment(
        _ name: String, in project: String, nat: String, settings: [String: JSON] = [:]
    ) async throws -> String {
        let regional = "projects/\(project)/regions/\(Self.region)"
        let balancer = try await makeBalancer("lb-\(name)", in: project)
        let body: [String: JSON] = [
            "name": .string(name), "targetService": .string(balancer), "connectionPreference": "ACCEPT_MANUAL",
            "natSubnets": [.string("\(regional)/subnetworks/\(nat)")], "domainNames": ["orders.example.net."],
        ]
        try await compute(.post, "\(regional)/serviceAttachments", .object(body.merging(settings) { $1 }))
        return "\(regional)/serviceAttachments/\(name)"
    }

    /// Edits an attachment as somebody in the console does: reads it, changes it, writes it back.
    public func edit(_ attachment: String, _ change: (JSON) -> [String: JSON]) async throws {
        let seen = try await compute(.get, attachment)
        var patch = change(seen)
        for repeated in ["name", "enableProxyProtocol", "fingerprint"] { patch[repeated] = seen[repeated] }
        try await compute(.patch, attachment, .object(patch))
    }

    /// An endpoint without any label of ours, at an ephemeral address. Gives its path.
    public func makeEndpoint(
        _ name: String, in project: String, subnetwork: String, to attachment: String
    ) async throws -> String {
        let regional = "projects/\(project)/regions/\(Self.region)"
        try await compute(
            .post, "\(regional)/forwardingRules",
            ["name": .string(name), "target": .string(attachment), "subnetwork": .string(subnetwork)])
        return "\(regional)/forwardingRules/\(name)"
    }
}
