import Logging

/// Sends the logs to standard error, so that a command's result has standard output to itself.
enum Logs {
    static func logger(_ settings: LogSettings) -> Logger {
        var logger = Logger(label: "postern") { label in
            switch settings.format {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler(label: label)
            }
        }
        logger.logLevel = settings.level
        return logger
    }
}
