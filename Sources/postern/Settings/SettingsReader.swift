import Configuration
import FoundationEssentials

/// Reads settings from the flags, the environment and a file, in this order of strength, and knows for each value where
/// it came from, so that a fault can say so.
struct SettingsReader {
    private let sources: [Source]

    private struct Source {
        let place: SettingsFault.Place
        let provider: any ConfigProvider
        /// How a setting is spelled there.
        let spelling: (Setting) -> String
    }

    /// - Parameters:
    ///   - flags: what the command line says.
    ///   - environment: the process's variables; those that are no setting's are left alone.
    init(flags: [Setting: String], environment: [String: String], file: SettingsFile?) {
        let flagValues = Dictionary(
            uniqueKeysWithValues: flags.map {
                (AbsoluteConfigKey([$0.rawValue]), ConfigValue(.string($1), isSecret: false))
            })
        var sources = [
            Source(
                place: .flags, provider: InMemoryProvider(name: "flags", values: flagValues), spelling: { $0.flag }),
            Source(
                place: .environment,
                provider: EnvironmentVariablesProvider(environmentVariables: environment)
                    .prefixKeys(with: "postern"),
                spelling: { $0.environmentVariable }),
        ]
        if let file {
            sources.append(
                Source(place: .file, provider: file.provider, spelling: { "\($0.rawValue) in \(file.path)" }))
        }
        self.sources = sources
    }

    /// The setting's value, or nil if nobody set it. A variable that is set to nothing counts as not set.
    /// - Parameter expectation: continues "is not …".
    /// - Throws: `SettingsFault` if `parse` gives nil.
    func value<Value>(
        of setting: Setting, _ expectation: String, _ parse: (String) -> Value?
    ) throws(SettingsFault) -> Value? {
        for source in sources {
            guard let text = Self.text(of: setting, in: source.provider) else { continue }
            if text.isEmpty, source.place == .environment { continue }
            guard let value = parse(text) else {
                throw SettingsFault(
                    place: source.place,
                    message: "\(source.spelling(setting)): '\(text.prefix(100))' is not \(expectation)")
            }
            return value
        }
        return nil
    }

    private static func text(of setting: Setting, in provider: any ConfigProvider) -> String? {
        // Every provider here holds text only, so that asking for text cannot fail.
        let result = try? provider.value(forKey: AbsoluteConfigKey([setting.rawValue]), type: .string)
        guard case .string(let text)? = result?.value?.content else { return nil }
        return text
    }
}
