// Clients made of golang.org/x/oauth2 and of the MCP project's go-sdk, as they come: a test says a line of JSON,
// [verb, argument ...], and gets one back.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"golang.org/x/oauth2"
)

type settings struct {
	Issuer   string   `json:"issuer"`
	Client   string   `json:"client"`
	Secret   string   `json:"secret"`
	Method   string   `json:"method"`
	Pkce     bool     `json:"pkce"`
	Callback string   `json:"callback"`
	Scopes   []string `json:"scopes"`
	// Where the MCP server is, and how its client becomes known: nothing but one of these.
	Server   string `json:"server"`
	Document string `json:"document"`
}

type verbs map[string]func(arguments []json.RawMessage) (any, error)

func main() {
	var given settings
	check(json.Unmarshal([]byte(os.Args[1]), &given))
	if given.Server != "" {
		answerWith(mcpVerbs(given))
	} else {
		answerWith(linkingVerbs(given))
	}
}

func answerWith(verbs verbs) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var words []json.RawMessage
		check(json.Unmarshal(lines.Bytes(), &words))
		value, err := verbs[text(words[0])](words[1:])
		answer := map[string]any{"value": value}
		if err != nil {
			answer = map[string]any{"error": explain(err)}
		}
		line, err := json.Marshal(answer)
		check(err)
		fmt.Println(string(line))
	}
}

// explain adds what the library keeps of the server's answer.
func explain(err error) string {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return fmt.Sprintf("%v %s", err, refused.Body)
	}
	return err.Error()
}

func text(word json.RawMessage) (said string) {
	check(json.Unmarshal(word, &said))
	return said
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
