import Testing

@testable import HTTPAPI

@Suite struct JSONFuzzTests {
    /// SplitMix64: the same sequence on every run.
    struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    static func value(_ dice: inout Dice, depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 7 : 5), using: &dice) {
        case 0: .null
        case 1: .bool(Bool.random(using: &dice))
        case 2: .integer(Int.random(in: .min ... .max, using: &dice))
        case 3, 4: .string(string(&dice))
        case 5: .array((0..<Int.random(in: 0..<5, using: &dice)).map { _ in value(&dice, depth: depth + 1) })
        default:
            .object(
                (0..<Int.random(in: 0..<5, using: &dice)).map { index in
                    .init("\(index)" + string(&dice), value(&dice, depth: depth + 1))
                })
        }
    }

    static func string(_ dice: inout Dice) -> String {
        let alphabet: [Character] = ["a", "Z", "\"", "\\", "/", "\n", "\u{1}", "\u{7F}", "é", "€", "😀", "~", " "]
        return String(
            (0..<Int.random(in: 0..<8, using: &dice)).compactMap { _ in alphabet.randomElement(using: &dice) })
    }

    @Test(arguments: 1...4) func whatIsWrittenIsReadBack(seed: UInt64) throws {
        var dice = Dice(state: seed)
        for _ in 0..<500 {
            let value = Self.value(&dice)
            #expect(try JSONParser.parse(value.text) == value)
        }
    }

    /// Whatever comes in, the parser answers; and what it accepts, it writes so that it reads it again.
    @Test(arguments: 1...4) func damagedTextNeverCrashes(seed: UInt64) throws {
        var dice = Dice(state: seed)
        var accepted = 0
        for _ in 0..<2_000 {
            var bytes = Self.value(&dice).text
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let place = Int.random(in: 0...bytes.count, using: &dice)
                switch Int.random(in: 0..<3, using: &dice) {
                case 0: bytes.insert(UInt8.random(in: 0...255, using: &dice), at: place)
                case 1 where place < bytes.count: bytes.remove(at: place)
                case 2 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &dice)
                default: bytes.removeSubrange(place...)
                }
            }
            guard let value = try? JSONParser.parse(bytes) else { continue }
            accepted += 1
            #expect(try JSONParser.parse(value.text) == value)
        }
        #expect(accepted > 0)
    }
}
