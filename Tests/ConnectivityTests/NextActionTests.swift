import Connectivity
import Testing

/// The planner as a table: each row is a sight, and the one thing to do about it.
struct NextActionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let goal: EndpointGoal
        let sight: EndpointObservation
        let action: NextAction
        var testDescription: String { name }

        init(_ name: String, _ goal: EndpointGoal, _ sight: EndpointObservation, _ action: NextAction) {
            self.name = name
            self.goal = goal
            self.sight = sight
            self.action = action
        }
    }

    private static func goal(
        _ desired: Endpoint.Desired, _ mode: Endpoint.Mode = .managed, nativeID: String? = nil,
        network: String? = nil, hasBeenActive: Bool = false, wanted: Int? = nil, recreates: Bool = true,
        mayStillGrow: Bool = false
    ) -> EndpointGoal {
        EndpointGoal(
            desired: desired, mode: mode, nativeID: nativeID, networkNativeID: network,
            hasBeenActive: hasBeenActive,
            wantedByAccount: wanted ?? (desired == .present ? 1 : 0), recreatesDeleted: recreates,
            mayStillGrow: mayStillGrow)
    }

    private static func sight(
        _ admission: Admission = .admitted(limit: 1), grain: RevocationGrain = .perConnection,
        endpoint: NativeEndpoint.Condition? = nil, connection: Connection.Status? = nil,
        network: String? = nil, isServing: Bool = false, unrequested: Int = 0, waiting: Int = 0, beside: Int = 0,
        isBarred: Bool = false
    ) -> EndpointObservation {
        EndpointObservation(
            admission: admission, revocationGrain: grain,
            endpoint: endpoint.map { NativeEndpoint(nativeID: "e", condition: $0, addresses: [], dnsNames: []) },
            hindrance: isBarred ? hindrance : nil,
            connection: connection.map {
                Connection(
                    nativeID: "e", accountNativeID: "a", networkNativeID: network, status: $0, nativeStatus: "x",
                    isServing: isServing)
            }, unrequestedAccepted: unrequested, unrequestedWaiting: waiting, acceptedBeside: beside)
    }

    private static let hindrance = Hindrance(
        Fault(
            code: "denied", side: .consumer, message: "No.", remedy: "Let Postern in.", isRetryable: false,
            at: Samples.start))

    private static let toConnect: [Row] = [
        Row("the consumer's side cannot be seen", goal(.present), sight(.absent, isBarred: true), .hindered(hindrance)),
        Row(
            "serving, and the consumer's side cannot be seen any more", goal(.present, hasBeenActive: true),
            sight(connection: .accepted, isServing: true, isBarred: true), .hindered(hindrance)),
        Row("the service is gone", goal(.present), sight(.serviceMissing), .raise(.serviceMissing)),
        Row("the reject list names the account", goal(.present), sight(.refused), .raise(.consumerRefused)),
        Row("not let in", goal(.present), sight(.absent), .perform(.admit)),
        Row("too little room", goal(.present, wanted: 2), sight(.admitted(limit: 1)), .perform(.admit)),
        Row(
            "too little room, but this one is in", goal(.present, wanted: 2),
            sight(.admitted(limit: 1), endpoint: .usable, connection: .accepted, isServing: true), .settle(.active)),
        Row(
            "a cloud that does not count", goal(.present, wanted: 9), sight(.admitted(limit: nil)),
            .perform(.createEndpoint)),
        Row("nothing there yet", goal(.present), sight(), .perform(.createEndpoint)),
        Row(
            "deleted by hand, to be made again", goal(.present, hasBeenActive: true), sight(), .perform(.createEndpoint)
        ),
        Row(
            "deleted by hand, to be shown", goal(.present, hasBeenActive: true, recreates: false), sight(),
            .raise(.endpointDeleted)),
        Row(
            "late, not deleted", goal(.present, hasBeenActive: false, recreates: false), sight(),
            .perform(.createEndpoint)),
        Row("the cloud gave up", goal(.present), sight(endpoint: .failed(reason: "why")), .fail(reason: "why")),
        Row("an old one is going", goal(.present), sight(endpoint: .deleting), .wait(.creating)),
        Row("made, not seen by the producer", goal(.present), sight(endpoint: .usable), .wait(.connecting)),
        Row(
            "waits to be let in", goal(.present), sight(endpoint: .usable, connection: .pending), .perform(.accept)),
        Row(
            "its room is taken by a stranger", goal(.present),
            sight(grain: .perAccount, endpoint: .usable, connection: .pending, unrequested: 1), .raise(.roomTaken)),
        Row(
            "a stranger takes no room where connections are accepted one by one", goal(.present),
            sight(endpoint: .usable, connection: .pending, unrequested: 1), .perform(.accept)),
        Row(
            "accepted, not serving yet", goal(.present), sight(endpoint: .usable, connection: .accepted),
            .wait(.connecting)),
        Row(
            "serving", goal(.present), sight(endpoint: .usable, connection: .accepted, isServing: true),
            .settle(.active)),
        Row(
            "rejected by hand", goal(.present, hasBeenActive: true), sight(endpoint: .usable, connection: .rejected),
            .raise(.rejectedByProducer)),
        Row(
            "closed by the producer", goal(.present), sight(endpoint: .usable, connection: .closed),
            .raise(.closedByProducer)),
        Row(
            "the producer cannot serve it", goal(.present), sight(endpoint: .usable, connection: .needsAttention),
            .raise(.producerMustAct)),
        Row(
            "a word nobody knows", goal(.present), sight(endpoint: .usable, connection: .unknown),
            .raise(.unknownStatus)),
        Row("self-managed, not named", goal(.present, .selfManaged), sight(), .wait(.awaitingConsumer)),
        Row(
            "self-managed, named, not there", goal(.present, .selfManaged, nativeID: "e"), sight(),
            .wait(.awaitingConsumer)),
        Row(
            "self-managed, not there, where one has to be let in to make it", goal(.present, .selfManaged),
            sight(.absent), .perform(.admit)),
        Row(
            "self-managed, not there, where whole accounts are let in", goal(.present, .selfManaged),
            sight(.absent, grain: .perAccount), .wait(.awaitingConsumer)),
        Row(
            "self-managed, not there, where there is too little room",
            goal(.present, .selfManaged, nativeID: "e", wanted: 2), sight(grain: .perAccount), .wait(.awaitingConsumer)),
        Row(
            "self-managed, gone, where whole accounts are let in",
            goal(.present, .selfManaged, nativeID: "e", hasBeenActive: true), sight(.absent, grain: .perAccount),
            .raise(.endpointDeleted)),
        Row(
            "self-managed, there, where whole accounts are let in", goal(.present, .selfManaged, nativeID: "e"),
            sight(.absent, grain: .perAccount, connection: .pending), .perform(.admit)),
        Row(
            "self-managed, there", goal(.present, .selfManaged, nativeID: "e"), sight(connection: .pending),
            .perform(.accept)),
        Row(
            "self-managed, in another network", goal(.present, .selfManaged, nativeID: "e", network: "n"),
            sight(connection: .pending, network: "m"), .raise(.wrongNetwork)),
        Row(
            "self-managed, in another network, up", goal(.present, .selfManaged, nativeID: "e", network: "n"),
            sight(connection: .accepted, network: "m", isServing: true), .raise(.wrongNetwork)),
        Row(
            "self-managed, in another network, not let in",
            goal(.present, .selfManaged, nativeID: "e", network: "n"),
            sight(.absent, connection: .pending, network: "m"), .raise(.wrongNetwork)),
        Row(
            "self-managed, in its network", goal(.present, .selfManaged, nativeID: "e", network: "n"),
            sight(connection: .pending, network: "n"), .perform(.accept)),
        Row(
            "self-managed, in a network that the cloud does not tell",
            goal(.present, .selfManaged, nativeID: "e", network: "n"), sight(connection: .pending), .perform(.accept)),
        Row(
            "self-managed, in a network that Postern does not know", goal(.present, .selfManaged, nativeID: "e"),
            sight(connection: .pending, network: "m"), .perform(.accept)),
        Row(
            "self-managed, was there", goal(.present, .selfManaged, nativeID: "e", hasBeenActive: true), sight(),
            .raise(.endpointDeleted)),
        Row(
            "self-managed, serving", goal(.present, .selfManaged, nativeID: "e"),
            sight(connection: .accepted, isServing: true), .settle(.active)),
    ]

    /// Somebody of the account waits uninvited, where the cloud lets in whole accounts.
    private static let besideWhoWaits: [Row] = [
        Row(
            "not let in", goal(.present), sight(.absent, grain: .perAccount, waiting: 1), .raise(.unrequestedEndpoint)),
        Row(
            "waits itself", goal(.present), sight(.absent, grain: .perAccount, connection: .pending, waiting: 1),
            .raise(.unrequestedEndpoint)),
        Row(
            "more room is needed", goal(.present, wanted: 2), sight(grain: .perAccount, waiting: 1),
            .raise(.unrequestedEndpoint)),
        Row(
            "more room is needed, not by this one", goal(.present, wanted: 2),
            sight(grain: .perAccount, endpoint: .usable, connection: .accepted, isServing: true, waiting: 1),
            .settle(.active)),
        Row(
            "it has its room", goal(.present), sight(grain: .perAccount, waiting: 1), .perform(.createEndpoint)),
        Row(
            "up, though its entry is gone", goal(.present),
            sight(.absent, grain: .perAccount, endpoint: .usable, connection: .accepted, isServing: true, waiting: 1),
            .settle(.active)),
        Row(
            "self-managed, not named: it may be the one", goal(.present, .selfManaged),
            sight(.absent, grain: .perAccount, waiting: 1), .raise(.unrequestedEndpoint)),
        Row(
            "refused anyway", goal(.present), sight(.refused, grain: .perAccount, waiting: 1), .raise(.consumerRefused)),
        Row("one by one", goal(.present), sight(.absent, waiting: 1), .perform(.admit)),
        Row(
            "closing: its room goes first", goal(.absent, wanted: 1),
            sight(
                .admitted(limit: 2), grain: .perAccount, endpoint: .usable, connection: .accepted, waiting: 1, beside: 1
            ),
            .perform(.expel)),
        Row(
            "closing, another is still to come: its room goes all the same", goal(.absent, wanted: 2),
            sight(
                .admitted(limit: 2), grain: .perAccount, endpoint: .usable, connection: .accepted, waiting: 1, beside: 1
            ),
            .perform(.expel)),
        Row(
            "closing, the only one that is in: the account goes first", goal(.absent, wanted: 1),
            sight(grain: .perAccount, endpoint: .usable, connection: .accepted, waiting: 1), .perform(.expel)),
        Row(
            "closing, the last one: the account goes first", goal(.absent),
            sight(grain: .perAccount, endpoint: .usable, connection: .accepted, waiting: 1), .perform(.expel)),
        Row(
            "closing, its room is gone", goal(.absent, wanted: 1),
            sight(
                .admitted(limit: 1), grain: .perAccount, endpoint: .usable, connection: .accepted, waiting: 1, beside: 1
            ),
            .perform(.deleteEndpoint)),
        Row(
            "closing, one by one", goal(.absent), sight(endpoint: .usable, connection: .rejected, waiting: 1),
            .perform(.deleteEndpoint)),
    ]

    private static let toClose: [Row] = [
        Row(
            "up: cut first", goal(.absent), sight(endpoint: .usable, connection: .accepted, isServing: true),
            .perform(.reject)),
        Row(
            "up at a cloud that cuts whole accounts: delete", goal(.absent),
            sight(grain: .perAccount, endpoint: .usable, connection: .accepted), .perform(.deleteEndpoint)),
        Row(
            "cut, still there", goal(.absent), sight(endpoint: .usable, connection: .rejected),
            .perform(.deleteEndpoint)),
        Row("going", goal(.absent), sight(endpoint: .deleting, connection: .rejected), .wait(.closing)),
        Row("failed ones go too", goal(.absent), sight(endpoint: .failed(reason: "")), .perform(.deleteEndpoint)),
        Row("gone, its room is not needed", goal(.absent), sight(), .perform(.expel)),
        Row(
            "gone, its room shrinks", goal(.absent, wanted: 1), sight(.admitted(limit: 2)), .perform(.expel)),
        Row("gone, a sibling needs the room", goal(.absent, wanted: 1), sight(.admitted(limit: 1)), .settle(.closed)),
        Row(
            "gone, a sibling stays where nothing is counted", goal(.absent, wanted: 1), sight(.admitted(limit: nil)),
            .settle(.closed)),
        Row("gone from both sides", goal(.absent), sight(.absent), .settle(.closed)),
        Row(
            "gone from both sides, while a call is still on its way", goal(.absent, mayStillGrow: true), sight(.absent),
            .wait(.closing)),
        Row(
            "what a late call may use is taken back meanwhile", goal(.absent, mayStillGrow: true), sight(),
            .perform(.expel)),
        Row(
            "what a late call made is deleted", goal(.absent, mayStillGrow: true), sight(.absent, endpoint: .usable),
            .perform(.deleteEndpoint)),
        Row("the service is gone too", goal(.absent), sight(.serviceMissing), .settle(.closed)),
        Row("refused anyway", goal(.absent), sight(.refused), .settle(.closed)),
        Row(
            "gone, still accepted beside a sibling", goal(.absent, wanted: 1),
            sight(.admitted(limit: 1), grain: .perAccount, connection: .accepted), .wait(.closing)),
        Row(
            "gone with its room, still accepted", goal(.absent),
            sight(.absent, grain: .perAccount, connection: .accepted), .wait(.closing)),
        Row(
            "gone with its room, not served", goal(.absent),
            sight(.absent, grain: .perAccount, connection: .needsAttention), .wait(.closing)),
        Row(
            "gone with its room, waits to be let in", goal(.absent),
            sight(.absent, grain: .perAccount, connection: .pending), .settle(.closed)),
        Row(
            "a self-managed one beside siblings cannot be cut alone",
            goal(.absent, .selfManaged, nativeID: "e", wanted: 1),
            sight(.admitted(limit: 1), grain: .perAccount, connection: .accepted), .raise(.revocationIsCoarse)),
        Row(
            "a self-managed one that the list does not cut is not closed",
            goal(.absent, .selfManaged, nativeID: "e"), sight(.absent, grain: .perAccount, connection: .accepted),
            .raise(.revocationIsCoarse)),
        Row(
            "a self-managed one that only waits is held out for good", goal(.absent, .selfManaged, nativeID: "e"),
            sight(.absent, grain: .perAccount, connection: .pending), .settle(.closed)),
        Row(
            "one that is gone and that the producer still shows is not closed yet", goal(.absent),
            sight(.absent, grain: .perAccount, connection: .accepted), .wait(.closing)),
        Row(
            "a self-managed one that is the last is cut with its account", goal(.absent, .selfManaged, nativeID: "e"),
            sight(.admitted(limit: 1), grain: .perAccount, connection: .accepted), .perform(.expel)),
    ]

    /// The consumer's side cannot be looked at: the producer's is cut as far as it goes, and no more is claimed.
    private static let toCloseUnseen: [Row] = [
        Row(
            "up: cut", goal(.absent), sight(connection: .accepted, isServing: true, isBarred: true), .perform(.reject)),
        Row("cut, let in", goal(.absent), sight(connection: .rejected, isBarred: true), .perform(.expel)),
        Row(
            "cut, beside a sibling where nothing is counted", goal(.absent, wanted: 1),
            sight(.admitted(limit: nil), connection: .rejected, isBarred: true), .hindered(hindrance)),
        Row(
            "cut and held out", goal(.absent), sight(.absent, connection: .rejected, isBarred: true),
            .hindered(hindrance)),
        Row("nothing to be seen of it", goal(.absent), sight(.absent, isBarred: true), .hindered(hindrance)),
        Row(
            "up at a cloud that cuts whole accounts: the account, for nobody else needs it", goal(.absent),
            sight(grain: .perAccount, connection: .accepted, isBarred: true), .perform(.expel)),
        Row(
            "the same beside a sibling: its room", goal(.absent, wanted: 1),
            sight(.admitted(limit: 2), grain: .perAccount, connection: .accepted, isBarred: true), .perform(.expel)),
        Row(
            "the same without its room: not for Postern to cut", goal(.absent, wanted: 1),
            sight(.admitted(limit: 1), grain: .perAccount, connection: .accepted, isBarred: true), .hindered(hindrance)),
        Row(
            "held out, waits in vain, still ours to delete", goal(.absent),
            sight(.absent, grain: .perAccount, connection: .pending, isBarred: true), .hindered(hindrance)),
        Row("the service is gone", goal(.absent), sight(.serviceMissing, isBarred: true), .hindered(hindrance)),
    ]

    @Test(arguments: toCloseUnseen) func closingUnseen(_ row: Row) {
        #expect(nextAction(toward: row.goal, observed: row.sight) == row.action)
    }

    /// An effect on a side that cannot be seen is not taken for done.
    @Test func whatCannotBeSeenIsNotDone() {
        let unseen = Self.sight(connection: .rejected, isBarred: true)
        #expect(
            !unseen.shows(.deleteEndpoint, wantedByAccount: 0) && !unseen.shows(.createEndpoint, wantedByAccount: 1))
        #expect(unseen.shows(.reject, wantedByAccount: 0))
        #expect(Self.sight().shows(.deleteEndpoint, wantedByAccount: 0))
    }

    @Test(arguments: toConnect) func connecting(_ row: Row) {
        #expect(nextAction(toward: row.goal, observed: row.sight) == row.action)
    }

    @Test func roomLeft() {
        let (calm, sought) = (
            Self.sight(grain: .perAccount, beside: 1), Self.sight(grain: .perAccount, waiting: 1, beside: 1)
        )
        #expect(calm.roomLeft(wantedByAccount: 3) == 3 && calm.roomLeft(wantedByAccount: 0) == 0)
        #expect(sought.roomLeft(wantedByAccount: 3) == 1 && sought.roomLeft(wantedByAccount: 0) == 0)
        #expect(Self.sight(waiting: 1).roomLeft(wantedByAccount: 3) == 3, "a cloud that lets in one by one")
        #expect(sought.shows(.expel, wantedByAccount: 3), "room for the one that is in")
    }

    @Test(arguments: besideWhoWaits) func besideOneWhoWaits(_ row: Row) {
        #expect(nextAction(toward: row.goal, observed: row.sight) == row.action)
    }

    @Test(arguments: toClose) func closing(_ row: Row) {
        #expect(nextAction(toward: row.goal, observed: row.sight) == row.action)
    }

    /// Whatever the cloud shows, what is wanted is never taken down and what is unwanted never put up.
    @Test(arguments: Endpoint.Mode.allCases, [RevocationGrain.perConnection, .perAccount])
    func neverTheWrongWay(mode: Endpoint.Mode, grain: RevocationGrain) {
        let statuses: [Connection.Status?] = Connection.Status.allCases + [nil]
        let admissions: [Admission] = [
            .serviceMissing, .absent, .refused, .admitted(limit: nil), .admitted(limit: 0), .admitted(limit: 5),
        ]
        let conditions: [NativeEndpoint.Condition?] = [nil, .usable, .deleting, .failed(reason: "x")]
        for status in statuses {
            for admission in admissions {
                for condition in conditions where mode == .managed || condition == nil {
                    let seen = Self.sight(admission, grain: grain, endpoint: condition, connection: status)
                    let up = nextAction(toward: Self.goal(.present, mode, nativeID: "e"), observed: seen)
                    #expect(
                        ![.perform(.reject), .perform(.deleteEndpoint), .perform(.expel), .settle(.closed)].contains(up)
                    )
                    let down = nextAction(toward: Self.goal(.absent, mode, nativeID: "e"), observed: seen)
                    #expect(
                        ![.perform(.admit), .perform(.createEndpoint), .perform(.accept), .settle(.active)].contains(
                            down))
                    let crowded = Self.sight(
                        admission, grain: .perAccount, endpoint: condition, connection: status, waiting: 1)
                    let beside = nextAction(toward: Self.goal(.present, mode, nativeID: "e"), observed: crowded)
                    #expect(beside != .perform(.admit))
                    let barred = Self.sight(admission, grain: grain, connection: status, isBarred: true)
                    let unseen = nextAction(toward: Self.goal(.absent, mode, nativeID: "e"), observed: barred)
                    #expect([.perform(.reject), .perform(.expel), .hindered(Self.hindrance)].contains(unseen))
                }
            }
        }
    }

    @Test func serviceTable() {
        let blueprint = PublishedService.Origin.published(.init(loadBalancer: "lb"))
        let adopted = PublishedService.Origin.adopted(nativeID: "s")
        func seen(_ condition: ServiceObservation.Condition) -> ServiceObservation {
            ServiceObservation(nativeID: "s", serviceName: "n", condition: condition, warnings: [], connections: [])
        }
        let rows: [(PublishedService.Desired, PublishedService.Origin, Int, ServiceObservation?, NextServiceAction)] = [
            (.published, blueprint, 0, nil, .publish),
            (.published, adopted, 0, nil, .raise(.serviceMissing)),
            (.published, adopted, 0, seen(.usable), .settle(.available)),
            (.published, blueprint, 0, seen(.changing), .wait(.publishing)),
            (.published, blueprint, 0, seen(.failed(reason: "r")), .fail(reason: "r")),
            (.withdrawn, blueprint, 1, seen(.usable), .wait(.retiring)),
            (.withdrawn, adopted, 1, nil, .wait(.retiring)),
            (.withdrawn, adopted, 0, seen(.usable), .settle(.retired)),
            (.withdrawn, blueprint, 0, seen(.usable), .unpublish),
            (.withdrawn, blueprint, 0, seen(.changing), .wait(.retiring)),
            (.withdrawn, blueprint, 0, seen(.failed(reason: "r")), .unpublish),
            (.withdrawn, blueprint, 0, nil, .settle(.retired)),
        ]
        for (desired, origin, open, observed, action) in rows {
            #expect(
                nextServiceAction(toward: desired, origin: origin, openEndpoints: open, observed: observed) == action)
        }
        #expect(
            nextServiceAction(
                toward: .withdrawn, origin: blueprint, openEndpoints: 0, mayStillAppear: true, observed: nil)
                == .wait(.retiring))
    }

    /// Each trouble tells whose turn it is and what to do.
    @Test(arguments: Attention.allCases) func everyAttentionHasARemedy(_ attention: Attention) {
        let fault = attention.fault(nativeStatus: "odd", at: Timestamp(milliseconds: 0))
        #expect(fault.code == attention.rawValue)
        #expect(fault.message.hasSuffix(".") && fault.remedy.hasSuffix(".") && !fault.isRetryable)
    }
}
