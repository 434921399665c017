/// A setting that cannot be followed: one line for the operator, naming the setting and where its value came from.
struct SettingsFault: Error {
    enum Place {
        case flags, environment, file
    }

    let place: Place
    let message: String
}
