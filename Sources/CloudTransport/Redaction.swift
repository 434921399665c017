/// Takes secrets out of text that goes to logs, errors or replies. What remains names things, and opens nothing.
public enum Redaction {
    /// `text` without credentials, tokens and signatures, on one line, and cut at `limit` characters.
    public static func clean(_ text: String, limit: Int = 1000) -> String {
        // Cut twice: a huge reply is not searched whole, and what replaces a secret may be longer than it.
        let shown = hide(String(text.prefix(limit * 4)))
        let line = String(shown.map { $0.isNewline || $0.asciiValue.map { $0 < 32 || $0 == 127 } == true ? " " : $0 })
        return line.count > limit ? line.prefix(limit) + "…" : line
    }

    private static func hide(_ text: String) -> String {
        var text = text
        // Whole private keys.
        text.replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/, with: hidden)
        // JSON Web Tokens, Google's access tokens, AWS's key ids, Postern's own tokens.
        text.replace(/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?/, with: hidden)
        text.replace(/\b(ya29\.|1\/\/)[A-Za-z0-9._\/-]+/, with: hidden)
        text.replace(/\b(AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{12,}/, with: hidden)
        text.replace(/\bpst_[A-Za-z0-9_-]{8,}/, with: hidden)
        // Credentials within a URL.
        text.replace(/:\/\/[^\/\s@"'<>]+@/, with: "://\(hidden)@")
        // `Authorization: AWS4-HMAC-SHA256 …`, `Bearer …`, `Basic …`
        text.replace(/(AWS4-HMAC-SHA256)[^"<\n]*/.ignoresCase()) { "\($0.1) \(hidden)" }
        text.replace(/\b(Bearer|Basic)(\s+|%20|\+)[A-Za-z0-9._~+\/=%-]{6,}/.ignoresCase()) { "\($0.1) \(hidden)" }
        // `name=value`, `"name": "value"`, `<Name>value</Name>`
        text.replace(secretAssignment.ignoresCase()) { "\($0.1)\($0.2)\(hidden)" }
        return text
    }

    private static let hidden = "[redacted]"

    private static var secretAssignment: Regex<(Substring, Substring, Substring)> {
        /\b((?:aws_)?secret_?(?:access_?)?key|(?:aws_)?session_?token|(?:x-amz-)?security-?token|x-amz-signature|x-amz-credential|signature|aws_access_key_id|access_?key_?id|access_?token|refresh_?token|id_?token|web_?identity_?token|subject_?token|assertion|client_?secret|private_?key|external_?id|password|authorization)("?\s*[=:>]\s*"?|%3D)[^&\s"<>,;]+/
    }
}
