public enum APIDocument { public static var yaml: [UInt8] { PackageResources.openapi_yaml } }
