import Connectivity
import Testing

struct ScheduleTests {
    @Test func delaysDoubleUpToTheCap() {
        let schedule = RetrySchedule(base: .seconds(1), cap: .seconds(300))
        let full = (1...12).map { schedule.delay(afterAttempts: $0, jitter: 1).components.seconds }
        #expect(full == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    }

    @Test(arguments: [0, 1, 2, 7, 40, Int.max]) func jitterTakesAtMostHalf(attempts: Int) {
        let schedule = RetrySchedule.failures
        let whole = schedule.delay(afterAttempts: attempts, jitter: 1)
        #expect(schedule.delay(afterAttempts: attempts, jitter: 0) == whole * 0.5)
        #expect(schedule.delay(afterAttempts: attempts, jitter: -3) == whole * 0.5)
        #expect(schedule.delay(afterAttempts: attempts, jitter: 9) == whole)
    }
}

struct TimestampTests {
    @Test(arguments: [
        ("2026-11-24T03:45:06.123Z", "2026-11-24T03:45:06.123Z"),
        ("2026-11-24T03:45:06Z", "2026-11-24T03:45:06.000Z"),
        ("2026-11-24T05:45:06+02:00", "2026-11-24T03:45:06.000Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ])
    func isReadAndShown(raw: String, shown: String) {
        #expect(Timestamp(raw)?.description == shown)
    }

    @Test(arguments: [
        "", "now", "2026-11-24", "2026-11-24 03:45:06Z", "20261124T034506Z", "2026-11-24T03:45:06",
        "2026-13-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
    ])
    func isRefused(raw: String) {
        #expect(Timestamp(raw) == nil)
    }

    @Test func textOrderIsTimeOrder() {
        let instants = [0, 1, 999, 1000, 1_700_000_000_123, 1_700_000_000_124, 253_402_300_799_999]
            .map { Timestamp(milliseconds: Int64($0)) }
        #expect(instants.map(\.description) == instants.map(\.description).sorted())
        for instant in instants { #expect(Timestamp(instant.description) == instant) }
    }
}
