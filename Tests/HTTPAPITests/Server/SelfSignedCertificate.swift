import Crypto
import FoundationEssentials

/// A certificate for `localhost` of its own making, in PEM, in a folder that goes with it.
struct SelfSignedCertificate: ~Copyable {
    let folder: URL
    var certificatePath: String { folder.appending(path: "certificate.pem").path }
    var keyPath: String { folder.appending(path: "key.pem").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "postern-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let key = P256.Signing.PrivateKey()
        let ecdsaWithSHA256 = DER.sequence([DER.object([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02])])
        let commonName = DER.sequence([DER.object([0x55, 0x04, 0x03]), DER.node(0x0C, Array("localhost".utf8))])
        let name = DER.sequence([DER.node(0x31, commonName)])
        let validity = DER.sequence([
            DER.node(0x17, Array("200101000000Z".utf8)), DER.node(0x17, Array("491231235959Z".utf8)),
        ])
        let names = DER.sequence([DER.node(0x82, Array("localhost".utf8))])
        let alternativeNames = DER.sequence([DER.object([0x55, 0x1D, 0x11]), DER.node(0x04, names)])
        let body = DER.sequence([
            DER.node(0xA0, DER.node(0x02, [2])), DER.node(0x02, [1]), ecdsaWithSHA256, name, validity, name,
            Array(key.publicKey.derRepresentation), DER.node(0xA3, DER.sequence([alternativeNames])),
        ])
        let signature = try key.signature(for: Data(body)).derRepresentation
        let certificate = DER.sequence([body, ecdsaWithSHA256, DER.node(0x03, [0] + Array(signature))])
        let pem =
            "-----BEGIN CERTIFICATE-----\n"
            + Data(certificate).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            + "\n-----END CERTIFICATE-----\n"
        try Data(pem.utf8).write(to: folder.appending(path: "certificate.pem"))
        try Data(key.pemRepresentation.utf8).write(to: folder.appending(path: "key.pem"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// As much of DER as a small certificate needs.
    private enum DER {
        static func node(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
            switch content.count {
            case ..<0x80: [tag, UInt8(content.count)] + content
            case ..<0x100: [tag, 0x81, UInt8(content.count)] + content
            default: [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
            }
        }

        static func sequence(_ nodes: [[UInt8]]) -> [UInt8] { node(0x30, nodes.flatMap(\.self)) }

        static func object(_ identifier: [UInt8]) -> [UInt8] { node(0x06, identifier) }
    }
}
