extension Schema {
    /// Calls whose effect may come late: of those that were under way, nobody knows.
    static let migration2 = """
        ALTER TABLE endpoint ADD COLUMN unseen_calls TEXT NOT NULL DEFAULT '[]';
        UPDATE endpoint SET unseen_calls = '["' || intent_action || '"]'
            WHERE intent_action IN ('admit', 'create_endpoint');
        """
}
