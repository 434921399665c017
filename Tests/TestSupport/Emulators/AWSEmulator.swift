public import CloudTransport
import ControlPlane
import Foundation

/// AWS as `Tests/Emulators/aws` emulates it, with its control path. boto3 is lent by it: what a test sets up or looks at
/// goes through AWS's own client, not through Postern's.
public struct AWSEmulator: Sendable {
    public static let region = "us-east-1"

    private let process: EmulatorProcess
    private let transport: any CloudCaller

    public var address: String { process.address }

    /// - Parameter transport: any, to call the control path by; it is the caller's to shut down.
    public init(transport: any CloudCaller) throws {
        process = try EmulatorProcess(folder: "aws", arguments: Self.command)
        self.transport = transport
    }

    /// One that speaks TLS, and writes the certificate of its authority to a file.
    public static func startSecurely(authorityFile: String) throws -> EmulatorProcess {
        try EmulatorProcess(folder: "aws", arguments: command + ["--tls", authorityFile])
    }

    private static let command = ["-m", "privatelink_emulator", "--with-parent"]

    public func stop() { process.stop() }

    /// One verb of the control path.
    @discardableResult
    public func callAsFunction(_ verb: String, _ arguments: JSON = [:]) async throws -> JSON {
        let response = try await transport.send(
            CloudRequest(
                method: .post, url: "\(process.address)/_emulator/\(verb)",
                body: try JSONEncoder().encode(arguments), timeout: .seconds(120)))
        let reply = try JSONDecoder().decode(JSON.self, from: response.body)
        guard response.status == 200 else { throw EmulatorFailure("\(verb) \(arguments): \(reply)") }
        return reply
    }

    /// One call of boto3 as the root of an account.
    @discardableResult
    public func boto(
        _ account: String, _ operation: String, _ parameters: JSON = [:], service: String = "ec2",
        region: String = Self.region
    ) async throws -> JSON {
        try await self(
            "boto",
            [
                "account": .string(account), "region": .string(region), "service": .string(service),
                "operation": .string(operation), "parameters": parameters,
            ])
    }

    /// A policy as the documentation gives it.
    public static func policy(_ name: String) throws -> JSON {
        let file = EmulatorProcess.root.appending(path: "Sources/AWSPrivateLink/AWSPrivateLink.docc/\(name).json")
        return try JSONDecoder().decode(JSON.self, from: try Data(contentsOf: file))
    }
}
