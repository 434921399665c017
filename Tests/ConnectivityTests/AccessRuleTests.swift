import Connectivity
import Testing

/// Who may see and do what: each rule with every kind of caller.
struct AccessRuleTests {
    private enum Answer: Equatable { case granted, hidden, refused }

    private static func answer(_ permission: Permission) -> Answer {
        switch permission {
        case .granted: .granted
        case .hidden: .hidden
        case .refused: .refused
        }
    }

    private static let owner = Samples.caller(Samples.producer)
    private static let consumer = Samples.caller(Samples.consumer)
    private static let outsider = Samples.caller(Samples.outsider)
    private static let admin = Samples.caller(roles: [.admin])
    private static let auditor = Samples.caller(roles: [.auditor])
    private static let everybody = [owner, consumer, outsider, admin, auditor]

    private func check(_ expected: [Answer], _ rule: (Caller) -> Permission) {
        #expect(Self.everybody.map { Self.answer(rule($0)) } == expected)
    }

    @Test func publicService() {
        let service = Samples.service()
        check([.granted, .granted, .granted, .granted, .granted]) { AccessRules.toSee(service, by: $0) }
        check([.granted, .refused, .refused, .granted, .refused]) { AccessRules.toManage(service, by: $0) }
        #expect(Self.everybody.map { AccessRules.toSeeInside(service, by: $0) } == [true, false, false, true, true])
    }

    @Test func serviceForSomeTeams() {
        let service = Samples.service(visibility: .teams([Samples.consumer]))
        check([.granted, .granted, .hidden, .granted, .granted]) { AccessRules.toSee(service, by: $0) }
        check([.granted, .refused, .hidden, .granted, .refused]) { AccessRules.toManage(service, by: $0) }
    }

    @Test func accounts() {
        let account = Samples.account(of: Samples.consumer)
        check([.hidden, .granted, .hidden, .granted, .granted]) { AccessRules.toSee(account, by: $0) }
        check([.hidden, .granted, .hidden, .granted, .refused]) { AccessRules.toUse(account, by: $0) }
    }

    @Test func bothSides() {
        check([.granted, .granted, .hidden, .granted, .granted]) {
            AccessRules.toSee(producer: Samples.producer, consumer: Samples.consumer, by: $0)
        }
        check([.refused, .granted, .hidden, .granted, .refused]) {
            AccessRules.toActAsConsumer(producer: Samples.producer, consumer: Samples.consumer, by: $0)
        }
        check([.granted, .refused, .hidden, .granted, .refused]) {
            AccessRules.toActAsProducer(producer: Samples.producer, consumer: Samples.consumer, by: $0)
        }
        check([.refused, .refused, .refused, .granted, .refused]) { AccessRules.toAdminister(by: $0) }
    }

    @Test func decidingNeedsTheOwnerTeam() {
        func decide(_ caller: Caller, seesService: Bool) -> AccessRules.DecisionPermission {
            AccessRules.toDecide(Samples.request(), by: caller, seesService: seesService, policy: AccessPolicy())
        }
        let refused = AccessRules.DecisionPermission.refused(
            "Only members of the team that owns the service decide on its requests.")
        #expect(decide(Self.owner, seesService: true) == .granted)
        #expect(decide(Self.admin, seesService: true) == .granted)
        #expect(decide(Self.consumer, seesService: false) == refused)
        #expect(decide(Self.auditor, seesService: false) == refused)
        #expect(decide(Self.outsider, seesService: true) == refused)
        #expect(decide(Self.outsider, seesService: false) == .hidden)
    }

    @Test(arguments: [true, false]) func ownRequests(isAllowed: Bool) {
        let both = Samples.caller(Samples.producer, Samples.consumer, subject: "requester")
        let permission = AccessRules.toDecide(
            Samples.request(requestedBy: "requester"), by: both, seesService: true,
            policy: AccessPolicy(allowsSelfApproval: isAllowed))
        #expect(permission == (isAllowed ? .granted : .ownRequest))
    }

    @Test func tokens() {
        let token = AccessToken(
            id: Samples.id(60), subject: "someone", teams: [], roles: [], description: nil, digest: "d",
            createdAt: Samples.start, createdBy: "x", expiresAt: Samples.start + .seconds(1))
        #expect(AccessRules.toSee(token, by: Samples.caller(subject: "someone")) == .granted)
        #expect(AccessRules.toSee(token, by: Samples.caller(subject: "other")) == .hidden)
        #expect(AccessRules.toSee(token, by: Self.auditor) == .granted)
        #expect(token.objection(at: Samples.start) == nil)
        #expect(token.objection(at: Samples.start + .seconds(1)) == .expired)
        var revoked = token
        revoked.revokedAt = Samples.start
        #expect(revoked.objection(at: Samples.start) == .revoked)
    }
}

struct PolicyTests {
    private func ruling(accept: ConsumerList = .init(), deny: ConsumerList = .init()) -> AccessPolicy.Ruling {
        AccessPolicy(acceptList: accept, denyList: deny, approvalsRequired: 2)
            .ruling(onTeam: Samples.consumer, account: Samples.id(20))
    }

    @Test func listsRuleBeforePeople() {
        let byTeam = ConsumerList(teams: [Samples.consumer])
        let byAccount = ConsumerList(accounts: [Samples.id(20)])
        let others = ConsumerList(teams: [Samples.outsider], accounts: [Samples.id(21)])
        #expect(ruling() == .ask(approvals: 2))
        #expect(ruling(accept: others, deny: others) == .ask(approvals: 2))
        for list in [byTeam, byAccount] {
            #expect(ruling(accept: list) == .approve(reason: "The service's accept list names this consumer."))
            #expect(ruling(accept: list, deny: list) == .reject(reason: "The service's deny list names this consumer."))
        }
    }

    @Test func adviceOnOverlap() {
        let ours = Samples.network("10.0.0.0/16")
        #expect(
            Advice.findings(consumer: ours, producers: [Samples.network("10.0.0.0/16")]).map(\.code) == [.cidrOverlap])
        #expect(
            Advice.findings(consumer: ours, producers: [Samples.network("10.0.9.0/24")]).map(\.code) == [.cidrOverlap])
        #expect(Advice.findings(consumer: ours, producers: [Samples.network("10.1.0.0/16")]).isEmpty)
        #expect(Advice.findings(consumer: ours, producers: [Samples.network()]).map(\.code) == [.cidrUnknown])
        #expect(Advice.findings(consumer: Samples.network(), producers: [ours]).map(\.code) == [.cidrUnknown])
    }
}

struct WaitingOnTests {
    @Test(arguments: Endpoint.Phase.allCases) func endpoints(_ phase: Endpoint.Phase) {
        let role = Samples.endpoint(phase: phase).waitingOn?.role
        switch phase {
        case .active, .closed: #expect(role == nil)
        case .awaitingConsumer: #expect(role == .consumer)
        case .admitting, .creating, .connecting, .closing, .failing, .failed, .attention: #expect(role == .postern)
        }
    }

    @Test(arguments: Fault.Side.allCases) func troubleIsOnTheSideThatMustAct(side: Fault.Side) throws {
        let fault = Fault(
            code: "x", side: side, message: "m", remedy: "Do this.", isRetryable: false, at: Samples.start)
        let waiting = try #require(Samples.endpoint(phase: .attention, lastError: fault).waitingOn)
        #expect(waiting.detail == "Do this.")
        switch side {
        case .producer: #expect(waiting.role == .owner && waiting.teamID == Samples.producer)
        case .consumer: #expect(waiting.role == .consumer && waiting.teamID == Samples.consumer)
        case .postern: #expect(waiting.role == .postern && waiting.teamID == nil)
        }
    }

    @Test func requestsWaitForTheirOwners() throws {
        let waiting = try #require(Samples.request(approvals: 2).waitingOn(approvals: 0))
        #expect(waiting.role == .owner && waiting.teamID == Samples.producer && waiting.since == Samples.start)
        #expect(waiting.detail.hasPrefix("2 approvals"))
        #expect(Samples.request(approvals: 2).waitingOn(approvals: 1)?.detail.hasPrefix("One approval") == true)
        var resolved = Samples.request()
        resolved.state = .approved
        #expect(resolved.waitingOn(approvals: 1) == nil)
    }

    @Test(arguments: CloudAction.allCases) func aRepeatedCallKeepsItsToken(_ action: CloudAction) {
        var endpoint = Samples.endpoint()
        let first = endpoint.begin(action)
        #expect(endpoint.begin(action) == first && endpoint.callsBegun == 1)
        #expect(first.token.utf8.count <= 64 && first.token.hasPrefix(endpoint.id.text))
        endpoint.intent = nil
        #expect(endpoint.begin(action) != first, "a new wish has a new token")
    }
}
