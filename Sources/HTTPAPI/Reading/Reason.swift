/// The reason that a body may give.
struct OptionalReason: Sendable {
    let text: String?
}

extension BodyFormat where Value == OptionalReason {
    static var optionalReason: Self {
        .object { fields in OptionalReason(text: fields.optional("reason", .reason)) }
    }
}

extension BodyFormat where Value == String {
    /// An object with nothing but a reason, which has to be there.
    static var mandatoryReason: Self { .object { fields in fields.required("reason", .reason) } }
}
