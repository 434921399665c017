import Foundation

/// A server without its HTTP side, for tests: it brings one story to its end, or dies where it is told to. Started
/// again, it goes on with what it finds in its database and in the cloud. Or it is that cloud.
///
/// Its one argument is an `Errand` as JSON. Standard input and output are the port to the driver.
@main
struct CrashRig {
    static func main() async {
        do {
            guard let argument = CommandLine.arguments.dropFirst().first else { throw Failure("an errand is missing") }
            switch try JSONDecoder().decode(Errand.self, from: Data(argument.utf8)) {
            case .play(let order):
                let port = Port()
                let server = try await StoryServer(order, port: port)
                try await Performance(order, server: server, port: port).run()
                server.close()
            case .host(let order): try await CloudHost(order).run()
            }
            exit(0)
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }
}

/// Why a story did not come to its end.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
