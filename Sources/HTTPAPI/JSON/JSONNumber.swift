/// A JSON number as it was written, so that nothing is lost to rounding.
struct JSONNumber: Hashable, Sendable {
    let text: String

    init(_ value: Int) { text = String(value) }

    /// - Parameter text: in JSON's grammar; the parser has made sure.
    init(grammatical text: String) { self.text = text }

    /// The exact value, if it is a whole number that fits: `3`, and also `3.0` and `3e0`, which JSON Schema holds equal.
    var integer: Int? {
        if let plain = Int(text) { return plain }
        let parts = text.split(separator: "e", omittingEmptySubsequences: false).flatMap {
            $0.split(separator: "E", omittingEmptySubsequences: false)
        }
        guard let mantissa = parts.first, let exponent = parts.count > 1 ? Int(parts[1]) : 0 else { return nil }
        let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        var digits = String(halves[0])
        var fraction = halves.count > 1 ? halves[1] : ""
        while fraction.last == "0" { fraction.removeLast() }
        digits += fraction
        let isZero = digits.allSatisfy { $0 == "0" || $0 == "-" }
        if isZero { return 0 }
        // Far beyond what fits, either way, and near enough that nothing below overflows.
        guard (-1000...1000).contains(exponent) else { return nil }
        var shift = exponent - fraction.count
        while shift < 0, digits.last == "0" {
            digits.removeLast()
            shift += 1
        }
        guard (0...19).contains(shift) else { return nil }
        return Int(digits + String(repeating: "0", count: shift))
    }

    /// The nearest floating-point value.
    var double: Double? { Double(text) }
}
