// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "postern",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "postern", targets: ["postern"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", exact: "1.4.0",
            traits: [.defaults, "CommandLineArguments", "YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/CoreOffice/XMLCoder", exact: "0.18.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        .target(name: "Connectivity", swiftSettings: settings),
        .target(
            name: "ControlPlane",
            dependencies: ["Connectivity", logging, metrics, lifecycle],
            swiftSettings: settings),
        .target(
            name: "Persistence",
            dependencies: [
                "Connectivity", "ControlPlane", crypto, logging,
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            exclude: ["schema.sql"],
            swiftSettings: settings),
        .target(
            name: "FakeCloud",
            dependencies: ["Connectivity", "ControlPlane"],
            swiftSettings: settings),
        .target(
            name: "CloudTransport",
            dependencies: [
                "Connectivity", "ControlPlane", logging,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        .target(
            name: "AWSPrivateLink",
            dependencies: [
                "CloudTransport", "Connectivity", "ControlPlane", crypto, logging,
                .product(name: "XMLCoder", package: "XMLCoder"),
            ],
            swiftSettings: settings),
        .target(
            name: "GooglePSC",
            dependencies: [
                "CloudTransport", "Connectivity", "ControlPlane", crypto, logging,
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            swiftSettings: settings),
        .target(
            name: "APIDocument",
            resources: [.embedInCode("Resources/openapi.yaml")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .target(
            name: "HTTPAPI",
            dependencies: [
                "APIDocument", "Connectivity", "ControlPlane", crypto, logging, lifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "postern",
            dependencies: [
                "Connectivity", "ControlPlane", "Persistence", "FakeCloud", "AWSPrivateLink", "GooglePSC",
                "CloudTransport", "HTTPAPI", configuration, logging, lifecycle,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings),

        .target(
            name: "TestSupport",
            dependencies: [
                "CloudTransport", "Connectivity", "ControlPlane", "FakeCloud", "Persistence", crypto, logging,
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings),
        .target(
            name: "PowerCut",
            dependencies: [.product(name: "GRDBSQLite", package: "GRDB.swift")],
            path: "Tests/PowerCut"),
        .testTarget(name: "ArchitectureTests", swiftSettings: settings),
        .testTarget(
            name: "ConnectivityTests", dependencies: ["Connectivity"], swiftSettings: settings),
        .testTarget(
            name: "ControlPlaneTests",
            dependencies: ["Connectivity", "ControlPlane", "FakeCloud", "TestSupport", logging],
            swiftSettings: settings),
        .testTarget(
            name: "StoreContractTests",
            dependencies: [
                "Connectivity", "ControlPlane", "Persistence", "PowerCut", "TestSupport", logging,
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "BackendContractTests",
            dependencies: [
                "Connectivity", "ControlPlane", "CloudTransport", "FakeCloud", "AWSPrivateLink", "GooglePSC",
                "TestSupport", logging,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "crash-rig",
            dependencies: [
                "Connectivity", "ControlPlane", "Persistence", "CloudTransport", "FakeCloud", "AWSPrivateLink",
                "GooglePSC", logging,
            ],
            path: "Tests/CrashRig",
            swiftSettings: settings),
        .testTarget(
            name: "CrashTests",
            dependencies: [
                "BackendContractTests", "crash-rig", "Connectivity", "ControlPlane", "Persistence", "TestSupport",
                crypto, logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "AWSPrivateLinkTests",
            dependencies: [
                "Connectivity", "ControlPlane", "CloudTransport", "AWSPrivateLink", "TestSupport", crypto, logging,
            ],
            exclude: ["Vectors"],
            swiftSettings: settings),
        .testTarget(
            name: "GooglePSCTests",
            dependencies: [
                "Connectivity", "ControlPlane", "CloudTransport", "GooglePSC", "TestSupport", crypto, logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "HTTPAPITests",
            dependencies: [
                "HTTPAPI", "APIDocument", "ControlPlane", "Connectivity", "TestSupport", crypto, logging, lifecycle,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
    ]
)
