import HTTPTypes

/// `/livez` and `/readyz`: what a supervisor or a load balancer asks.
struct ProbeRoutes: Sendable {
    let checks: [ReadinessCheck]

    var routes: [Route] {
        [
            Route(.get, "/livez", access: .open) { call in
                try QueryReader(call.query).finish()
                return .json(JSONValue.object([.init("status", "alive")]))
            },
            Route(.get, "/readyz", access: .open) { call in
                try QueryReader(call.query).finish()
                return try await readiness()
            },
        ]
    }

    fileprivate struct Finding: Sendable {
        let check: ReadinessCheck
        let objection: String?
    }

    private func readiness() async throws(Problem) -> Reply {
        let findings = await findings()
        let checks = JSONValue.Member("checks", .array(findings.map(\.document)))
        let objections = findings.filter(\.check.isEssential).compactMap { finding in
            finding.objection.map { "\(finding.check.name): \($0)" }
        }
        guard objections.isEmpty else {
            throw Problem(.unavailable, objections.joined(separator: " "), members: [checks])
        }
        return .json(.object([.init("status", "ready"), checks]))
    }

    /// All checks at once, told in their own order.
    private func findings() async -> [Finding] {
        await withTaskGroup(of: (Int, Finding).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, Finding(check: check, objection: await check.objection())) }
            }
            var found: [(Int, Finding)] = []
            for await finding in group { found.append(finding) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

extension ProbeRoutes.Finding {
    fileprivate var document: JSONValue {
        let status = objection == nil ? "ok" : check.isEssential ? "failing" : "warning"
        return .object([
            .init("name", .string(check.name)), .init("status", .string(status)),
            .init("detail", .string(objection)),
        ])
    }
}
