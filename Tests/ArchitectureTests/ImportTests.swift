import Foundation
import Testing

/// Each module exists for what it may not import.
struct ImportTests {
    private static let foundation: Set<String> = ["Foundation", "FoundationEssentials", "Synchronization"]
    private static let observability: Set<String> = ["Logging", "Metrics", "ServiceLifecycle"]
    private static let cloud: Set<String> = ["Connectivity", "ControlPlane", "CloudTransport", "Crypto", "Logging"]

    /// Module → everything it may import.
    private static let allowed: [String: Set<String>] = [
        "Connectivity": ["FoundationEssentials"],
        "ControlPlane": foundation.union(observability).union(["Connectivity"]),
        "Persistence": foundation.union([
            "Connectivity", "ControlPlane", "Crypto", "Dispatch", "GRDB", "GRDBSQLite", "Logging", "Glibc", "Musl",
            "Darwin",
        ]),
        "FakeCloud": foundation.union(["Connectivity", "ControlPlane", "Logging", "Glibc"]),
        "CloudTransport": foundation.union([
            "Connectivity", "ControlPlane", "AsyncHTTPClient", "Logging", "NIOCore", "NIOFoundationCompat", "NIOHTTP1",
            "NIOSSL", "NIOPosix",
        ]),
        "AWSPrivateLink": foundation.union(cloud).union(["XMLCoder"]),
        "GooglePSC": foundation.union(cloud).union(["JWTKit"]),
        "APIDocument": [],
        "HTTPAPI": foundation.union([
            "APIDocument", "Connectivity", "ControlPlane", "Crypto", "HTTPTypes", "Hummingbird", "HummingbirdCore",
            "HummingbirdTLS", "Logging", "Metrics", "NIOConcurrencyHelpers", "NIOCore", "NIOHTTP1",
            "NIOHTTPCompression",
            "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "NIOPosix", "NIOSSL", "ServiceLifecycle", "Yams",
        ]),
    ]

    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    private struct Import: Hashable {
        let module: String
        let file: String
    }

    private static func imports(of target: String) throws -> Set<Import> {
        let folder = sources.appending(path: target)
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var found: Set<Import> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(
                of: /(?m)^(?:@\w+ )*(?:public |internal |package )?import (?:struct |class |enum |func )?(\w+)/)
            {
                found.insert(Import(module: String(match.1), file: file.lastPathComponent))
            }
        }
        return found
    }

    @Test(arguments: allowed.keys.sorted()) func importsOnlyWhatItMay(target: String) throws {
        let found = try Self.imports(of: target)
        let allowed = try #require(Self.allowed[target])
        for use in found where !allowed.contains(use.module) {
            Issue.record("\(target)/\(use.file) imports \(use.module)")
        }
        #expect(target == "APIDocument" || !found.isEmpty, "the arrows can be told apart only if some are seen")
    }

    /// A module that is not in the table has no rule: the composition root, which may import all.
    @Test func everyModuleHasItsRule() throws {
        let targets = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path())
        #expect(Set(targets).subtracting(Self.allowed.keys) == ["postern"])
    }

    @Test func noModuleIsADrawer() throws {
        let drawers = ["Utils", "Common", "Core", "Helpers", "Manager", "Misc"]
        let files = try #require(FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil))
        for case let file as URL in files {
            let name = file.deletingPathExtension().lastPathComponent
            #expect(!drawers.contains { name.hasSuffix($0) }, "\(file.lastPathComponent)")
        }
    }
}
