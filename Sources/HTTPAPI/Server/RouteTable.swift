import HTTPTypes

/// Finds the route of a method and a path.
struct RouteTable: Sendable {
    enum Outcome {
        case found(Route, parameters: [String: String])
        /// The path is known, with these methods.
        case otherMethods([String])
        /// A path parameter cannot be decoded.
        case malformed(parameter: String)
        case unknown
    }

    private struct Node {
        var literals: [String: Node] = [:]
        /// What follows a parameter segment.
        var parameter: [Node] = []
        var parameterName = ""
        var routes: [String: Route] = [:]
    }

    private var root = Node()

    init(_ routes: [Route]) {
        for route in routes {
            Self.insert(route, route.path.split(separator: "/")[...], into: &root)
        }
    }

    private static func insert(_ route: Route, _ segments: ArraySlice<Substring>, into node: inout Node) {
        guard let segment = segments.first else {
            precondition(node.routes[route.method.rawValue] == nil, "two routes for \(route.method) \(route.path)")
            node.routes[route.method.rawValue] = route
            return
        }
        if segment.first == "{", segment.last == "}" {
            let name = String(segment.dropFirst().dropLast())
            if node.parameter.isEmpty {
                node.parameter = [Node()]
                node.parameterName = name
            }
            precondition(node.parameterName == name, "two names for one parameter: \(route.path)")
            insert(route, segments.dropFirst(), into: &node.parameter[0])
        } else {
            insert(route, segments.dropFirst(), into: &node.literals[String(segment), default: Node()])
        }
    }

    /// - Parameter path: percent-encoded; every slash counts.
    func find(_ method: HTTPRequest.Method, _ path: Substring) -> Outcome {
        var node = root
        var parameters: [String: String] = [:]
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for segment in segments where path != "/" {
            if let literal = node.literals[String(segment)] {
                node = literal
            } else if let next = node.parameter.first, !segment.isEmpty {
                guard let value = PercentEncoding.decode(segment) else {
                    return .malformed(parameter: node.parameterName)
                }
                parameters[node.parameterName] = value
                node = next
            } else {
                return .unknown
            }
        }
        if let route = node.routes[method.rawValue] { return .found(route, parameters: parameters) }
        if method == .head, let route = node.routes["GET"] { return .found(route, parameters: parameters) }
        return node.routes.isEmpty ? .unknown : .otherMethods(Self.allowed(node.routes.keys))
    }

    private static func allowed(_ methods: some Sequence<String>) -> [String] {
        var all = Set(methods).union(["OPTIONS"])
        if all.contains("GET") { all.insert("HEAD") }
        return all.sorted()
    }
}
