import FoundationEssentials

/// The folder that holds everything the server keeps: for its user's eyes only.
struct DataDirectory {
    let path: String

    /// Makes the folder if it is missing.
    /// - Throws: `OperatorFault` if that cannot be done, or if something else stands there.
    static func make(_ path: String) throws(OperatorFault) -> Self {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw OperatorFault("the data folder \(path) cannot be made: is it a file, or its parent not yours?")
        }
        return Self(path: absolute(path))
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
