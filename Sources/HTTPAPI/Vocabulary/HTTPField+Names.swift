import HTTPTypes

extension HTTPField.Name {
    static let idempotencyKey = known("Idempotency-Key")
    static let replayed = known("Idempotency-Replayed")
    static let link = known("Link")
}
