import ArgumentParser
import ControlPlane
import Persistence

/// Something that whoever runs the command has to mend: told in one line, with an exit code of `sysexits.h`.
struct OperatorFault: Error {
    let message: String
    let exitCode: ExitCode

    init(_ message: String, _ exitCode: ExitCode = .failure) {
        self.message = message
        self.exitCode = exitCode
    }

    /// Runs a command's work, and tells what stops it on standard error.
    /// - Throws: `ExitCode`, and nothing else.
    static func reporting(_ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch {
            let fault = OperatorFault(error)
            StandardStream.error.write("postern: \(fault.message)\n")
            throw fault.exitCode
        }
    }

    private init(_ error: any Error) {
        switch error {
        case let fault as OperatorFault: self = fault
        case let fault as SettingsFault:
            self.init(fault.message, fault.place == .flags ? .validationFailure : .configuration)
        case let error as StoreOpenError: self.init("\(error)")
        case StoreError.unavailable(let reason), StoreError.damaged(let reason): self.init(reason)
        case let fault as EventLogFault: self.init("\(fault)", .logDoesNotHold)
        case let error as ControlPlaneError:
            self.init(([error.message] + error.faults.map { "\($0.pointer) \($0.detail)" }).joined(separator: " "))
        default: self.init("\(error)")
        }
    }
}

extension ExitCode {
    /// `EX_CONFIG`.
    static let configuration = ExitCode(78)
    /// The log of events is not what was written: more than a command that could not do its work.
    static let logDoesNotHold = ExitCode(2)
}
