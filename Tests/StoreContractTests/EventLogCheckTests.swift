import Connectivity
import ControlPlane
import Foundation
import Logging
import Testing

@testable import Persistence

/// Somebody with the file in their hands rewrites the log, and is found out.
@Suite struct EventLogCheckTests {
    private static let events = 40

    struct Tampering: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        let fault: EventLogFault

        init(_ name: String, _ sql: String, _ fault: EventChain.Break) {
            testDescription = name
            self.sql = sql
            self.fault = .broken(fault)
        }
    }

    private static let copiedColumns = """
        id, kind, at, actor_kind, actor_subject, http_request_id, team_id, token_id, account_id, network_id, service_id, \
        request_id, endpoint_id, producer_team_id, consumer_team_id, detail, previous_hash, hash
        """

    static let tamperings = [
        Tampering(
            "another subject", "UPDATE event SET actor_subject = 'eve' WHERE sequence = 7", .altered(sequence: 7)),
        Tampering("another time", "UPDATE event SET at = at + 1 WHERE sequence = 1", .altered(sequence: 1)),
        Tampering("another kind", "UPDATE event SET kind = 'team.changed' WHERE sequence = 40", .altered(sequence: 40)),
        Tampering(
            "another detail", "UPDATE event SET detail = '{\"reason\":\"another\"}' WHERE sequence = 12",
            .altered(sequence: 12)),
        Tampering("a detail cleared", "UPDATE event SET team_id = NULL WHERE sequence = 12", .altered(sequence: 12)),
        Tampering(
            "another hash", "UPDATE event SET hash = replace(hash, '0', '1') WHERE sequence = 9",
            .altered(sequence: 9)),
        Tampering("one removed", "DELETE FROM event WHERE sequence = 20", .outOfSequence(found: 21, expected: 20)),
        Tampering("the first removed", "DELETE FROM event WHERE sequence = 1", .outOfSequence(found: 2, expected: 1)),
        Tampering(
            "one removed, and the others moved up",
            """
            DELETE FROM event WHERE sequence = 20;
            UPDATE event SET sequence = -sequence WHERE sequence > 20;
            UPDATE event SET sequence = -sequence - 1 WHERE sequence < 0;
            """, .unlinked(sequence: 20)),
        Tampering(
            "one inserted, and the others moved down",
            """
            UPDATE event SET sequence = -sequence WHERE sequence >= 15;
            UPDATE event SET sequence = 1 - sequence WHERE sequence < 0;
            INSERT INTO event (sequence, \(copiedColumns)) SELECT 15, \(copiedColumns) FROM event WHERE sequence = 14;
            """, .unlinked(sequence: 15)),
        Tampering(
            "one added at the end",
            "INSERT INTO event (sequence, \(copiedColumns)) SELECT 41, \(copiedColumns) FROM event WHERE sequence = 40",
            .unlinked(sequence: 41)),
        Tampering(
            "one slipped in before the first",
            "INSERT INTO event (sequence, \(copiedColumns)) SELECT -3, \(copiedColumns) FROM event WHERE sequence = 1",
            .outOfSequence(found: -3, expected: 1)),
        Tampering(
            "one slipped in before all numbers",
            """
            INSERT INTO event (sequence, \(copiedColumns))
            SELECT -9223372036854775808, \(copiedColumns) FROM event WHERE sequence = 1
            """, .outOfSequence(found: .min, expected: 1)),
        Tampering(
            "one slipped in behind all numbers",
            """
            INSERT INTO event (sequence, \(copiedColumns))
            SELECT 9223372036854775807, \(copiedColumns) FROM event WHERE sequence = 1
            """, .outOfSequence(found: .max, expected: 41)),
        Tampering(
            "a member of a detail twice, of which the last counts",
            """
            UPDATE event SET detail = '{"reason":"another",' || substr(detail, 2) WHERE sequence = 13
            """, .altered(sequence: 13)),
        Tampering(
            "a detail written with other white space",
            "UPDATE event SET detail = replace(detail, ':', ': ') WHERE sequence = 13", .altered(sequence: 13)),
        Tampering(
            "a text whose bytes read alike",
            "UPDATE event SET actor_subject = CAST(x'f09f98' AS TEXT) WHERE sequence = 14", .altered(sequence: 14)),
        Tampering("the last hash emptied", "UPDATE event SET hash = '' WHERE sequence = 40", .altered(sequence: 40)),
        Tampering(
            "two reordered",
            """
            UPDATE event SET sequence = -30 WHERE sequence = 30;
            UPDATE event SET sequence = 30 WHERE sequence = 31;
            UPDATE event SET sequence = 31 WHERE sequence = -30;
            """, .unlinked(sequence: 30)),
        Tampering("the end cut off", "DELETE FROM event WHERE sequence > 33", .truncated(at: 33, expected: 40)),
        Tampering("all removed", "DELETE FROM event", .truncated(at: 0, expected: 40)),
    ]

    @Test(arguments: tamperings, [1, 7, 500])
    func theFirstBadEventIsNamed(_ tampering: Tampering, stretch: Int) async throws {
        try await Self.withLog { folder, head in
            try folder.tamper(tampering.sql)
            await #expect(throws: tampering.fault) {
                try await folder.check(EventLogCheck(expecting: head, stretch: stretch))
            }
        }
    }

    @Test func anUntouchedLogGivesItsHead() async throws {
        try await Self.withLog { folder, head in
            #expect(head.sequence == Self.events)
            for expected in [nil, .empty, head] {
                let found = try await folder.check(EventLogCheck(expecting: expected, stretch: 7))
                #expect(found == head)
            }
        }
    }

    /// A log that is whole in itself, but not the one whose head was kept.
    @Test func aLogWrittenAnewIsNotTheOneThatWasKept() async throws {
        try await Self.withLog { folder, head in
            let forged = EventChain.Head(sequence: 25, hash: head.hash)
            await #expect(throws: EventLogFault.broken(.rewritten(sequence: 25))) {
                try await folder.check(EventLogCheck(expecting: forged))
            }
        }
    }

    @Test(arguments: ["kind = 'no.such'", "id = 'x'", "detail = '['", "actor_subject = CAST(x'ff' AS TEXT)"])
    func anEventThatHoldsNonsenseIsNamed(_ change: String) async throws {
        try await Self.withLog { folder, _ in
            try folder.tamper("UPDATE event SET \(change) WHERE sequence = 17")
            let fault = await #expect(throws: EventLogFault.self) { try await folder.check(EventLogCheck()) }
            #expect(fault?.description.hasPrefix("event 17 ") == true, "\(String(describing: fault))")
        }
    }

    @Test func aServerMayWriteMeanwhile() async throws {
        try await withDatabase { folder in
            let server = try folder.open()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 { group.addTask { try await BackupTests.write(number, to: server) } }
                for _ in 0..<5 {
                    group.addTask { [database = folder.database] in
                        let beside = try SQLiteStore.openForReading(path: database, logger: Logger(label: "test"))
                        defer { beside.close() }
                        _ = try await EventLogCheck(stretch: 3).run(on: beside)
                    }
                }
                try await group.waitForAll()
            }
            let head = try await EventLogCheck().run(on: server)
            #expect(head.sequence == 200)
        }
    }

    @Test func whatIsOpenForReadingIsNotWritten() async throws {
        try await Self.withLog { folder, _ in
            let store = try SQLiteStore.openForReading(path: folder.database, logger: Logger(label: "test"))
            defer { store.close() }
            await #expect(throws: StoreError.self) { try await store.checkWritable() }
            #expect(throws: StoreOpenError.missing(path: folder.path("none"))) {
                try SQLiteStore.openForReading(path: folder.path("none"), logger: Logger(label: "test"))
            }
        }
    }

    /// One event, of which some have a detail, and one a subject that was no text when it came.
    private static func write(_ number: Int, to store: SQLiteStore) async throws {
        try await store.write { transaction in
            try transaction.append(
                EventDraft(
                    id: ID(at: Timestamp(milliseconds: 1), entropy: .init(high: 1, low: UInt64(number))),
                    kind: .teamCreated, at: Timestamp(milliseconds: Int64(number)),
                    actor: Event.Actor(kind: .user, subject: number == 13 ? "\u{FFFD}" : "ada"), httpRequestID: nil,
                    subjects: .init(teamID: GroupCommitTests.team(number).id),
                    detail: number > 10 ? ["reason": "For the \"orders\" API.", "ticket": "\(number)"] : [:]))
        }
    }

    private static func withLog(_ body: (DatabaseFolder, EventChain.Head) async throws -> Void) async throws {
        try await withDatabase { folder in
            let store = try folder.open()
            for number in 0..<events { try await write(number, to: store) }
            let head = try await store.read { try $0.eventHead() }
            store.close()
            try await body(folder, head)
        }
    }
}

extension DatabaseFolder {
    /// As somebody who knows the tables, and takes the guards off the log first.
    func tamper(_ sql: String) throws {
        try execute("DROP TRIGGER event_is_final; DROP TRIGGER event_stays; \(sql)")
    }

    fileprivate func check(_ check: EventLogCheck) async throws -> EventChain.Head {
        let store = try SQLiteStore.openForReading(path: database, logger: Logger(label: "test"))
        defer { store.close() }
        return try await check.run(on: store)
    }
}
