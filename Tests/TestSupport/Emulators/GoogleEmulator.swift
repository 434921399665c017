public import CloudTransport
import Foundation

/// Google as `Tests/Emulators/google` emulates it, with its control path, and an administrator's hands: what a test sets
/// up or looks at goes past Postern.
public struct GoogleEmulator: Sendable {
    public static let region = "europe-west1"
    /// Postern's own identity.
    public static let postern = "postern@platform-project.iam.gserviceaccount.com"

    private let process: EmulatorProcess
    private let transport: any CloudCaller
    private let administrator: String

    public var address: String { process.address }

    /// - Parameter transport: any, to call the emulator by; it is the caller's to shut down.
    public init(transport: any CloudCaller) async throws {
        process = try EmulatorProcess(folder: "google", arguments: ["emulator.py", "--until-eof"])
        self.transport = transport
        let reply = try await Self.send(
            .post, "\(process.address)/emulator/administrator-token", body: [:], token: nil, by: transport)
        administrator = reply["token"].text ?? ""
    }

    public func stop() { process.stop() }

    /// One verb of the control path.
    @discardableResult
    public func callAsFunction(
        _ verb: String, _ arguments: JSON = [:], method: CloudRequest.Method = .post
    ) async throws -> JSON {
        try await Self.send(
            method, "\(process.address)/emulator/\(verb)", body: method == .post ? arguments : nil, token: nil,
            by: transport)
    }

    /// One call of Compute Engine by hand: it takes effect at once, and leaves no record.
    @discardableResult
    public func compute(
        _ method: CloudRequest.Method, _ path: String, _ body: JSON? = nil
    ) async throws -> JSON {
        try await Self.send(
            method, "\(process.address)/compute/v1/\(path)", body: body, token: administrator, by: transport)
    }

    /// The permissions of a role as the documentation gives it.
    public static func role(_ name: String) throws -> [String] {
        let file = EmulatorProcess.root.appending(path: "Sources/GooglePSC/GooglePSC.docc/\(name)-role.json")
        return try JSONDecoder().decode(JSON.self, from: try Data(contentsOf: file))["includedPermissions"].texts
    }

    /// A file that goes with the emulator. Text is written as it is, all else as JSON.
    public func writeTemporary(_ content: JSON, name: String) async throws -> String {
        try await self("files", ["name": .string(name), "content": content])["path"].text ?? ""
    }

    private static func send(
        _ method: CloudRequest.Method, _ url: String, body: JSON?, token: String?, by transport: any CloudCaller
    ) async throws -> JSON {
        var request = CloudRequest(method: method, url: url)
        if let token { request.headers["Authorization"] = "Bearer \(token)" }
        if let body {
            request.body = try JSONEncoder().encode(body)
            request.headers["Content-Type"] = "application/json"
        }
        let response = try await transport.send(request)
        let reply = try JSONDecoder().decode(JSON.self, from: response.body)
        guard response.status == 200 else { throw EmulatorFailure("\(method.rawValue) \(url): \(reply)") }
        return reply
    }
}
