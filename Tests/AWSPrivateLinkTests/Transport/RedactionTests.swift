import CloudTransport
import Testing

@Suite struct RedactionTests {
    /// Each text, and the secret in it.
    @Test(arguments: [
        ("Authorization: Bearer abc.def-123456", "abc.def-123456"),
        ("authorization=Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261125/x, Signature=0123456789abcdef", "0123456789abcdef"),
        ("the key AKIAIOSFODNN7EXAMPLE is unknown", "AKIAIOSFODNN7EXAMPLE"),
        ("ASIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"),
        ("<SecretAccessKey>wJalrXUtnFEMI/K7MD+x</SecretAccessKey>", "wJalrXUtnFEMI/K7MD+x"),
        ("<SessionToken>IQoJ//+abc==</SessionToken>", "IQoJ//+abc=="),
        (#"{"access_token": "ya29.c.b0Aaekm1", "expires_in": 3599}"#, "ya29.c.b0Aaekm1"),
        (#"{"client_secret":"GOCSPX-abc"}"#, "GOCSPX-abc"),
        ("X-Amz-Security-Token=IQoJb3JpZ2lu&X-Amz-Signature=deadbeef", "deadbeef"),
        ("WebIdentityToken=eyJhbGciOi.eyJzdWIi.c2ln", "eyJzdWIi"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.sig-na_ture", "sig-na_ture"),
        ("assertion=abc123&grant_type=x", "abc123"),
        ("connect https://user:hunter2@proxy.example:3128 failed", "hunter2"),
        ("pst_0123456789abcdefghij", "pst_0123456789abcdefghij"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY-----", "MIIEvQIBADAN"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEcut", "MIIEcut"),
        ("aws_secret_access_key = wJalrXUtnFEMI", "wJalrXUtnFEMI"),
        ("password: hunter2", "hunter2"),
        ("ExternalId=orders-7", "orders-7"),
    ]) func hides(_ text: String, _ secret: String) {
        let clean = Redaction.clean(text)
        #expect(!clean.contains(secret), "\(clean)")
        #expect(clean.contains("[redacted]"))
    }

    @Test(arguments: [
        "The subnet ID 'subnet-0123456789abcdef0' does not exist",
        "User: arn:aws:sts::111122223333:assumed-role/postern/postern is not authorized to perform: ec2:DescribeVpcs",
        "projects/orders-prod/regions/europe-west1/serviceAttachments/orders: the resource is not ready",
        "Invalid value for field 'resource.IPAddress': '10.0.1.5'.",
    ]) func leavesNames(_ text: String) { #expect(Redaction.clean(text) == text) }

    @Test func isOneShortLine() {
        let clean = Redaction.clean("a\nb\r\n\u{1b}[31mc" + String(repeating: "x", count: 100_000), limit: 50)
        #expect(clean.count == 51)
        #expect(!clean.contains { $0.isNewline || $0 == "\u{1b}" })
    }
}
