import CloudTransport
import ControlPlane
import XMLCoder

/// Reads the XML of AWS's query APIs.
enum XMLReply {
    static func decode<Reply: Decodable>(
        _ type: Reply.Type, from response: CloudResponse, of action: String
    ) throws(CloudError) -> Reply {
        do {
            return try XMLDecoder().decode(type, from: response.body)
        } catch {
            // The effect may have happened: look again, rather than give up.
            throw CloudError(
                kind: .unavailable, message: "\(action): the reply cannot be read.",
                cloudRequestID: AWSErrorReply.requestID(in: response))
        }
    }
}

/// A list as EC2 writes it: `<vpcSet><item>…</item></vpcSet>`, or an empty element.
struct Items<Element: Decodable & Sendable>: Decodable, Sendable {
    let elements: [Element]

    private enum Key: String, CodingKey {
        case item
    }

    init(from decoder: any Decoder) throws {
        elements = try decoder.container(keyedBy: Key.self).decodeIfPresent([Element].self, forKey: .item) ?? []
    }
}

extension Optional {
    /// The list's elements; none if the list is missing.
    func elements<Element>() -> [Element] where Wrapped == Items<Element> { self?.elements ?? [] }
}
