import HTTPTypes

/// Finds the route of a method and a path.
struct RouteTable: Sendable {
    enum Outcome {
        case found(Route, parameters: [String: String])
        /// The path is known, with these methods.
        case otherMethods([String])
        /// A segment of the path cannot be decoded.
        case malformed
        case unknown
    }

    /// What routes have at one place of their paths.
    private struct Node {
        var literals: [String: Node] = [:]
        /// What follows a parameter segment: none or one.
        var parameter: [Node] = []
        var parameterName = ""
        var routes: [String: Route] = [:]
    }

    private struct Match {
        let node: Node
        let parameters: [String: String]
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
        var segments: [String] = []
        if path != "/" {
            for segment in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
                guard let decoded = PercentEncoding.decode(segment) else { return .malformed }
                segments.append(decoded)
            }
        }
        var matches: [Match] = []
        Self.collect(&matches, segments[...], from: root, [:])
        // A literal that lacks the method must not hide a parameter that has it.
        for match in matches {
            if let route = match.node.routes[method.rawValue] ?? (method == .head ? match.node.routes["GET"] : nil) {
                return .found(route, parameters: match.parameters)
            }
        }
        return matches.isEmpty ? .unknown : .otherMethods(Self.allowed(matches.flatMap(\.node.routes.keys)))
    }

    /// All nodes with routes that the path may mean, literals first.
    private static func collect(
        _ matches: inout [Match], _ segments: ArraySlice<String>, from node: Node, _ parameters: [String: String]
    ) {
        guard let segment = segments.first else {
            if !node.routes.isEmpty { matches.append(Match(node: node, parameters: parameters)) }
            return
        }
        if let literal = node.literals[segment] {
            collect(&matches, segments.dropFirst(), from: literal, parameters)
        }
        if let next = node.parameter.first, !segment.isEmpty {
            var parameters = parameters
            parameters[node.parameterName] = segment
            collect(&matches, segments.dropFirst(), from: next, parameters)
        }
    }

    private static func allowed(_ methods: [String]) -> [String] {
        var all = Set(methods).union(["OPTIONS"])
        if all.contains("GET") { all.insert("HEAD") }
        return all.sorted()
    }
}
