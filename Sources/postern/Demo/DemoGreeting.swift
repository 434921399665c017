/// What somebody who has just started the demo wants to know.
struct DemoGreeting {
    let file: String
    let values: [String: String]

    var text: String {
        let tokens = DemoSeed.Person.allCases.map { "  \($0.variable)=\(values[$0.variable] ?? "")" }
        return """

            Postern is ready at \(values["POSTERN_URL"] ?? ""), with fake clouds: nothing real is touched.

            The demo's tokens, which stand in \(file) together with its ids:
            \(tokens.joined(separator: "\n"))

            Begin in another terminal: as the batch team, ask for a private way to the orders API.

              source \(file)
              curl -sS "$POSTERN_URL/v1/endpoint-requests" \\
                -H "Authorization: Bearer $CONSUMER_TOKEN" -H 'Content-Type: application/json' \\
                -d '{"service": "'$SERVICE'", "network_id": "'$NETWORK_ID'", "subnet": "'$SUBNET'",
                     "reason": "The nightly batch reads the orders of the day."}'

            README.md goes on from there. Ctrl-C stops the server; what it knows stays in its data folder.

            """
    }
}
