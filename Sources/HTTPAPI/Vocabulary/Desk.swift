import ControlPlane
import HTTPTypes

/// What the handlers of all resources share, and the making of their routes.
struct Desk: Sendable {
    let store: any Store
    let useCases: UseCases
    let environment: Environment
    let authentication: Authentication

    /// A thing by its own path.
    func get(_ path: String, _ handler: @escaping KnownCall.Handler) -> Route {
        route(.get, path, takesQuery: false, handler)
    }

    /// A list, with its filters in the query.
    func list(_ path: String, _ handler: @escaping KnownCall.Handler) -> Route {
        route(.get, path, takesQuery: true, handler)
    }

    func post(_ path: String, _ handler: @escaping KnownCall.Handler) -> Route {
        route(.post, path, takesQuery: false, handler)
    }

    func patch(_ path: String, _ handler: @escaping KnownCall.Handler) -> Route {
        route(.patch, path, takesQuery: false, handler)
    }

    func delete(_ path: String, _ handler: @escaping KnownCall.Handler) -> Route {
        route(.delete, path, takesQuery: false, handler)
    }

    private func route(
        _ method: HTTPRequest.Method, _ path: String, takesQuery: Bool, _ handler: @escaping KnownCall.Handler
    ) -> Route {
        Route(method, path, access: .authenticated) { call in
            let token = try await authentication.token(of: call)
            if !takesQuery { try QueryReader(call.query).finish() }
            do {
                return try await handler(KnownCall(call: call, token: token, desk: self))
            } catch let error as ControlPlaneError {
                throw Problem(error)
            } catch StoreError.stale, StoreError.duplicate {
                throw Problem(.conflict, "Somebody else changed the same thing at this moment: try again.")
            }
        }
    }
}
