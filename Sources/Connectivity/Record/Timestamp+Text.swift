/// RFC 3339, by integers alone: exact, strict, and quick enough for lists that show hundreds of times.
extension Timestamp: CustomStringConvertible {
    /// Years 1970 to 9999: what the API takes and four digits can hold.
    public static let range = Timestamp(milliseconds: 0)...Timestamp(milliseconds: 253_402_300_799_999)

    /// In UTC with exactly three decimals: `2026-11-24T03:45:06.123Z`. What lies outside of `range` is shown as the end
    /// that is nearer.
    public var description: String {
        let shown = min(max(self, Self.range.lowerBound), Self.range.upperBound).milliseconds
        let (days, rest) = shown.quotientAndRemainder(dividingBy: Self.day)
        let (year, month, day) = CivilDate.fromDays(days)
        let fields: [(value: Int64, digits: Int, end: UInt8)] = [
            (year, 4, UInt8(ascii: "-")), (month, 2, UInt8(ascii: "-")), (day, 2, UInt8(ascii: "T")),
            (rest / Self.hour, 2, UInt8(ascii: ":")), (rest / Self.minute % 60, 2, UInt8(ascii: ":")),
            (rest / Self.second % 60, 2, UInt8(ascii: ".")), (rest % Self.second, 3, UInt8(ascii: "Z")),
        ]
        return String(unsafeUninitializedCapacity: 24) { buffer in
            var position = 0
            for field in fields {
                var value = field.value
                for index in (position..<position + field.digits).reversed() {
                    buffer[index] = UInt8(ascii: "0") + UInt8(value % 10)
                    value /= 10
                }
                buffer[position + field.digits] = field.end
                position += field.digits + 1
            }
            return position
        }
    }

    /// Parses RFC 3339 with capital `T` and `Z`, or with an offset instead of the `Z`; a fraction of a second has up to
    /// nine digits, of which three count. nil for anything else, for dates that no calendar has, and outside of `range`.
    public init?(_ raw: some StringProtocol) {
        var text = Scanner(rest: Array(raw.utf8)[...])
        guard let year = text.number(4), text.skip("-"), let month = text.number(2), text.skip("-"),
            let day = text.number(2), text.skip("T"), let hour = text.number(2), text.skip(":"),
            let minute = text.number(2), text.skip(":"), let second = text.number(2),
            let fraction = text.fraction(), let offset = text.offset(), text.rest.isEmpty,
            (1...12).contains(month), (1...CivilDate.days(ofMonth: month, in: year)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let instant = Self(
            milliseconds: CivilDate.toDays(year: year, month: month, day: day) * Self.day + hour * Self.hour
                + minute * Self.minute + second * Self.second + fraction - offset * Self.minute)
        guard Self.range.contains(instant) else { return nil }
        self = instant
    }

    private static let second: Int64 = 1000
    private static let minute = 60 * second
    private static let hour = 60 * minute
    private static let day = 24 * hour

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        mutating func skip(_ character: UnicodeScalar) -> Bool {
            guard let first = rest.first, first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        mutating func digit() -> Int64? {
            guard let first = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return nil }
            rest.removeFirst()
            return Int64(first - UInt8(ascii: "0"))
        }

        mutating func number(_ digits: Int) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<digits {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        /// Milliseconds; 0 if there is no fraction.
        mutating func fraction() -> Int64? {
            guard skip(".") else { return 0 }
            var milliseconds: Int64 = 0
            var count = 0
            while let digit = digit() {
                count += 1
                if count <= 3 { milliseconds = milliseconds * 10 + digit }
            }
            guard (1...9).contains(count) else { return nil }
            for _ in min(count, 3)..<3 { milliseconds *= 10 }
            return milliseconds
        }

        /// Minutes east of UTC.
        mutating func offset() -> Int64? {
            if skip("Z") { return 0 }
            let isEast = skip("+")
            guard isEast || skip("-"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24,
                minutes < 60
            else { return nil }
            return (isEast ? 1 : -1) * (hours * 60 + minutes)
        }
    }
}

/// The Gregorian calendar from 1970 on, in days since 1970-01-01. It counts years from March, so that the leap day is
/// the last one of its year.
private enum CivilDate {
    static func fromDays(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + marchOfYear0).quotientAndRemainder(dividingBy: daysOfEra)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        )
    }

    static func toDays(year: Int64, month: Int64, day: Int64) -> Int64 {
        let (era, yearOfEra) = (month <= 2 ? year + 399 : year + 400).quotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era - 1) * daysOfEra + dayOfEra - marchOfYear0
    }

    static func days(ofMonth month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days of 400 years.
    private static let daysOfEra: Int64 = 146_097
    /// Days from 0000-03-01 to 1970-01-01.
    private static let marchOfYear0: Int64 = 719_468
}
