import Connectivity
import ControlPlane

private enum StoredReplyTable {
    static let columns = "key, subject, fingerprint, status, headers, body, created_at"

    static let find = "SELECT \(columns) FROM stored_reply WHERE subject = $1 AND key = $2"
    static let keep = """
        INSERT INTO stored_reply (\(columns)) VALUES (\(TableText.places(7)))
        ON CONFLICT (subject, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
            headers = excluded.headers, body = excluded.body, created_at = excluded.created_at
        """

    static func decode(_ columns: inout Columns) throws -> StoredReply {
        StoredReply(
            key: try columns.next(), subject: try columns.next(), fingerprint: try columns.next(),
            status: try columns.next(), headers: try columns.next(), body: try columns.next(),
            createdAt: try columns.next())
    }
}

extension SQLiteReading {
    func reply(forKey key: String, subject: String) throws -> StoredReply? {
        try session.first(
            StoredReplyTable.find, [subject, key],
            StoredReplyTable.decode)
    }
}

extension SQLiteTransaction {
    func keep(_ reply: StoredReply) throws {
        try session.run(
            StoredReplyTable.keep,
            [
                reply.key, reply.subject, reply.fingerprint, reply.status, reply.headers, reply.body, reply.createdAt,
            ])
    }

    func removeReplies(createdBefore instant: Timestamp) throws {
        try session.run("DELETE FROM stored_reply WHERE created_at < $1", [instant])
    }
}
