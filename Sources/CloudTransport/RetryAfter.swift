public import Connectivity
public import ControlPlane

extension CloudResponse {
    /// How long the cloud asked to be left alone: `Retry-After` as seconds or as an HTTP date, at most an hour.
    public func retryAfter(now: Timestamp) -> Duration? {
        guard let raw = headers["Retry-After"] else { return nil }
        let wait: Duration
        if let seconds = Int(raw) {
            wait = .seconds(min(seconds, 3600))
        } else if let instant = Timestamp(httpDate: raw) {
            wait = instant.since(now)
        } else {
            return nil
        }
        return min(max(wait, .zero), .seconds(3600))
    }

    /// What the status alone says; nil for a success. Clouds' own codes say more.
    public var kindByStatus: CloudError.Kind? {
        switch status {
        case 200..<300: nil
        case 401, 403: .denied
        case 404, 410: .notFound
        case 408, 500...: .unavailable
        case 409, 412: .conflict
        case 429: .throttled
        default: .invalid
        }
    }
}

extension Timestamp {
    /// Parses the date form of HTTP: `Wed, 21 Oct 2015 07:28:00 GMT`.
    init?(httpDate raw: String) {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = raw.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", parts[1].utf8.count == 2,
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        self.init("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
