import CloudTransport
import Connectivity
import Foundation
import Testing

@testable import AWSPrivateLink

/// botocore is AWS's own signer: `Vectors/make_signature_vectors.py` wrote down how it signs.
@Suite struct SignatureV4Tests {
    struct Vectors: Decodable {
        struct Vector: Decodable, Sendable, CustomTestStringConvertible {
            let name: String
            let service: String
            let region: String
            let method: String
            let url: String
            let headers: [String: String]
            let body: String?
            let token: String?
            let amz_date: String
            let authorization: String

            var testDescription: String { name }
        }

        let access_key_id: String
        let secret_access_key: String
        let instant: String
        let encodings: [String: String]
        let vectors: [Vector]
    }

    static let file = Result {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/signature_v4.json")
        return try JSONDecoder().decode(Vectors.self, from: try Data(contentsOf: url))
    }

    static var vectors: [Vectors.Vector] { (try? file.get().vectors) ?? [] }

    @Test func thereAreVectors() throws { #expect(try Self.file.get().vectors.count == 28) }

    @Test(arguments: vectors) func signsAsBotocoreDoes(_ vector: Vectors.Vector) throws {
        let file = try Self.file.get()
        let signer = SignatureV4(
            credentials: AWSCredentials(
                accessKeyID: file.access_key_id, secretAccessKey: file.secret_access_key, sessionToken: vector.token),
            region: vector.region, service: vector.service, instant: try #require(Timestamp(file.instant)))
        let request = CloudRequest(
            method: try #require(CloudRequest.Method(rawValue: vector.method)), url: vector.url,
            headers: CloudHeaders(vector.headers.map { ($0.key, $0.value) }), body: vector.body.map { Data($0.utf8) })
        let signed = signer.sign(request)
        #expect(signed.headers["Authorization"] == vector.authorization)
        #expect(signed.headers["X-Amz-Date"] == vector.amz_date)
        #expect(signed.headers["X-Amz-Security-Token"] == vector.token)
        #expect(signed.url == vector.url)
        #expect(signed.body == request.body)
    }

    @Test func encodesAsBotocoreDoes() throws {
        for (text, encoded) in try Self.file.get().encodings { #expect(text.percentEncoded() == encoded) }
    }

    @Test func formsKeepTheirOrder() {
        var form = QueryForm(["Action": "X"])
        form.addFilter("tag:a:b", ["ä b"])
        form.addFilter("state", ["x", "y"])
        form.addTags(["k": "v"], to: "vpc-endpoint")
        form.add("Missing", nil)
        #expect(
            form.encoded
                == "Action=X&Filter.1.Name=tag%3Aa%3Ab&Filter.1.Value.1=%C3%A4%20b&Filter.2.Name=state&"
                + "Filter.2.Value.1=x&Filter.2.Value.2=y&TagSpecification.1.ResourceType=vpc-endpoint&"
                + "TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=v")
    }
}
