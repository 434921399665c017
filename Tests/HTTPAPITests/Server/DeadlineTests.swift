import NIOCore
import Testing

@testable import HTTPAPI

/// Slow clients, on a clock that the test moves: header 10 s, body 30 s, idle 60 s.
@Suite struct DeadlineTests {
    static let get = "GET /things HTTP/1.1\r\nHost: a\r\n\r\n"
    static let post = "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"

    @Test func aConnectionWithoutAByteIsClosed() throws {
        let connection = try EmbeddedConnection()
        connection.wait(.milliseconds(9_999))
        #expect(connection.isOpen)
        connection.wait(.milliseconds(1))
        #expect(!connection.isOpen)
        #expect(try connection.received() == "")
    }

    @Test func aHeaderOfAByteASecondIsRefusedInTime() throws {
        let connection = try EmbeddedConnection()
        let bytes = Array(Self.get)
        for second in 0..<10 {
            #expect(connection.isOpen, "after \(second) s")
            connection.send(String(bytes[second]))
            connection.wait(.seconds(1))
        }
        #expect(!connection.isOpen)
        let response = try #require(RawResponse(try connection.received()))
        #expect(response.status == 408)
        #expect(response.headers["connection"] == "close")
        #expect(response.body.contains(#""code":"request_timeout""#))
        #expect(connection.requestCount == 0)
    }

    @Test func aBodyOfAByteASecondIsRefusedInTime() throws {
        let connection = try EmbeddedConnection()
        connection.wait(.seconds(9))
        connection.send(Self.post)
        for second in 0..<30 {
            #expect(connection.isOpen, "after \(second) s")
            connection.send("x")
            connection.wait(.seconds(1))
        }
        #expect(!connection.isOpen)
        #expect(RawResponse(try connection.received())?.status == 408)
        #expect(connection.requestCount == 0)
    }

    @Test func aChunkedBodyThatNeverEndsIsRefusedInTime() throws {
        let connection = try EmbeddedConnection()
        connection.send("POST /things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;")
        for _ in 0..<29 {
            connection.send("extension")
            connection.wait(.seconds(1))
        }
        #expect(connection.isOpen)
        connection.wait(.seconds(1))
        #expect(RawResponse(try connection.received())?.status == 408)
    }

    @Test func anIdleConnectionIsClosedWithoutAWord() throws {
        let connection = try EmbeddedConnection()
        for round in 1...3 {
            connection.send(Self.get)
            #expect(connection.requestCount == round)
            connection.answer()
            #expect(try connection.received().hasPrefix("HTTP/1.1 204"))
            connection.wait(.milliseconds(59_999))
            #expect(connection.isOpen)
        }
        connection.wait(.milliseconds(1))
        #expect(!connection.isOpen)
        #expect(try connection.received() == "")
    }

    @Test func aLaterHeaderHasItsTimeFromItsFirstByte() throws {
        let connection = try EmbeddedConnection()
        connection.send(Self.get)
        connection.answer()
        _ = try connection.received()
        connection.wait(.seconds(59))
        connection.send("G")
        connection.wait(.milliseconds(9_999))
        #expect(connection.isOpen)
        connection.wait(.milliseconds(1))
        #expect(!connection.isOpen)
        #expect(RawResponse(try connection.received())?.status == 408)
    }

    @Test func theApplicationMayTakeItsTime() throws {
        let connection = try EmbeddedConnection()
        connection.send(Self.get)
        connection.wait(.hours(1))
        #expect(connection.isOpen)
        connection.answer()
        #expect(try connection.received().hasPrefix("HTTP/1.1 204"))
    }

    @Test func aClientThatTakesNoAnswerIsLeft() throws {
        let connection = try EmbeddedConnection(isStalled: true)
        connection.send(Self.get)
        connection.answer()
        connection.wait(.milliseconds(29_999))
        #expect(connection.isOpen)
        connection.wait(.milliseconds(1))
        #expect(!connection.isOpen)
    }

    @Test func theNextRequestWaitsUntilTheFirstIsAnswered() throws {
        let connection = try EmbeddedConnection()
        connection.send(Self.get + Self.get + "G")
        #expect(connection.requestCount == 1)
        connection.wait(.hours(1))
        connection.answer()
        #expect(connection.requestCount == 2)
        connection.answer()
        #expect(connection.isOpen)
    }

    @Test func allBodiesTogetherAreBounded() throws {
        let budget = BodyBudget(size: 1000)
        let first = try EmbeddedConnection(budget: budget)
        let second = try EmbeddedConnection(budget: budget)
        first.send(Self.post + String(repeating: "x", count: 600))
        second.send(Self.post + String(repeating: "x", count: 600))
        let refusal = try #require(RawResponse(try second.received()))
        #expect(refusal.status == 503)
        #expect(refusal.headers["retry-after"] == "1")
        first.send(String(repeating: "x", count: 400))
        #expect(first.requestCount == 1)
        first.answer()
        let third = try EmbeddedConnection(budget: budget)
        third.send(Self.post + String(repeating: "x", count: 1000))
        #expect(third.requestCount == 1)
    }

    @Test func aStopClosesWhatIsIdleAtOnce() throws {
        for bytes in ["", "GET /thi", Self.get] {
            let connection = try EmbeddedConnection()
            connection.send(bytes)
            if connection.requestCount == 1 { connection.answer() }
            #expect(connection.isOpen)
            connection.stop()
            #expect(!connection.isOpen)
        }
    }

    @Test func aStopLetsTheApplicationAnswer() throws {
        let connection = try EmbeddedConnection()
        connection.send(Self.get + Self.get)
        connection.stop()
        #expect(connection.isOpen)
        connection.answer()
        #expect(try connection.received().contains("Connection: close\r\n"))
        #expect(!connection.isOpen)
        #expect(connection.requestCount == 1)
    }

    @Test func aStopLeavesLittleTimeForABody() throws {
        let connection = try EmbeddedConnection()
        connection.send(Self.post)
        connection.stop()
        connection.wait(.milliseconds(4_999))
        #expect(connection.isOpen)
        connection.wait(.milliseconds(1))
        #expect(RawResponse(try connection.received())?.status == 408)
    }
}
