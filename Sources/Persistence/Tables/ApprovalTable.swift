import Connectivity
import ControlPlane

private enum ApprovalTable {
    static let text = TableText(
        "approval",
        columns: """
            id, request_id, service_id, producer_team_id, consumer_team_id, verdict, reason, decided_by, origin, \
            as_admin, created_at
            """, count: 11)

    static func decode(_ columns: inout Columns) throws -> Approval {
        Approval(
            id: try columns.next(), requestID: try columns.next(), serviceID: try columns.next(),
            producerTeamID: try columns.next(), consumerTeamID: try columns.next(), verdict: try columns.next(),
            reason: try columns.next(), decidedBy: try columns.next(), origin: try columns.next(),
            asAdmin: try columns.next(), createdAt: try columns.next())
    }
}

extension SQLiteReading {
    func find(_ id: ID<Approval>) throws -> Approval? {
        try session.first(
            ApprovalTable.text.findByID, [id], ApprovalTable.decode)
    }

    func approvals(of request: ID<EndpointRequest>) throws -> [Approval] {
        try session.rows(
            "SELECT \(ApprovalTable.text.columns) FROM approval WHERE request_id = $1 ORDER BY id", [request],
            ApprovalTable.decode)
    }

    func approvals(_ query: ApprovalQuery, _ page: Page<ID<Approval>>) throws -> [Approval] {
        try SidedList<Approval, Approval.Verdict>(
            table: "approval", stateColumn: "verdict", audience: query.audience, state: query.verdict,
            service: query.service, isOwnService: try owns(query.service, query.audience), team: query.team
        )
        .page(page)
        .records(in: session, columns: ApprovalTable.text.columns, ApprovalTable.decode) { try find($0) }
    }
}

extension SQLiteTransaction {
    func insert(_ approval: Approval) throws {
        try session.run(
            ApprovalTable.text.insert,
            [
                approval.id, approval.requestID, approval.serviceID, approval.producerTeamID, approval.consumerTeamID,
                approval.verdict, approval.reason, approval.decidedBy, approval.origin, approval.asAdmin,
                approval.createdAt,
            ])
    }
}
