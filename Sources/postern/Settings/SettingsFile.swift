import Configuration
import FoundationEssentials
import Yams

/// A settings file in YAML: one flat mapping from names of settings to plain values.
struct SettingsFile {
    let path: String
    let provider: InMemoryProvider

    private static let sizeLimit = 1 << 20

    /// - Throws: `SettingsFault` for a file that cannot be read, is no such mapping, or has a key that is no setting.
    init(path: String) throws(SettingsFault) {
        self.path = path
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, value) in try Self.entries(in: Self.text(of: path), path: path) {
            guard let name = key.string, let setting = Setting(rawValue: name) else {
                let known = Setting.allCases.map(\.rawValue).sorted().joined(separator: ", ")
                throw Self.fault(
                    path, key,
                    "there is no setting \(key.string.map { "'\($0)'" } ?? "of this shape"); there are: \(known)")
            }
            guard let text = value.scalar?.string else {
                throw Self.fault(path, value, "\(name) takes a single value, not a list or a mapping")
            }
            values[AbsoluteConfigKey([setting.rawValue])] = ConfigValue(.string(text), isSecret: false)
        }
        provider = InMemoryProvider(name: path, values: values)
    }

    private static func text(of path: String) throws(SettingsFault) -> String {
        do {
            let data = try Data(contentsOf: URL(filePath: path))
            guard data.count <= sizeLimit, let text = String(validating: data, as: UTF8.self) else {
                throw SettingsFault(place: .file, message: "\(path) is no text file of at most 1 MiB")
            }
            return text
        } catch let fault as SettingsFault {
            throw fault
        } catch {
            throw SettingsFault(place: .file, message: "--config: \(path) cannot be read")
        }
    }

    private static func entries(in text: String, path: String) throws(SettingsFault) -> [(key: Node, value: Node)] {
        do {
            guard let root = try Yams.compose(yaml: text) else { return [] }
            guard let mapping = root.mapping else {
                throw SettingsFault(place: .file, message: "\(path) is no mapping from settings to values")
            }
            return mapping.map { ($0.key, $0.value) }
        } catch let fault as SettingsFault {
            throw fault
        } catch YamlError.duplicatedKeysInMapping(let duplicates, _) {
            throw SettingsFault(
                place: .file, message: "\(path): \(duplicates.joined(separator: ", ")) stands there twice")
        } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _)
        {
            throw SettingsFault(place: .file, message: "\(path):\(mark.line): this is no YAML: \(problem)")
        } catch {
            throw SettingsFault(place: .file, message: "\(path) is no YAML")
        }
    }

    private static func fault(_ path: String, _ node: Node, _ problem: String) -> SettingsFault {
        SettingsFault(place: .file, message: "\(path)\(node.mark.map { ":\($0.line)" } ?? ""): \(problem)")
    }
}
