// Starts a flow: waiting for the result, then in the background. Standard library only.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

type demo struct {
	BaseURL     string `json:"base_url"`
	WorkspaceID string `json:"workspace_id"`
	APIKey      string `json:"api_key"`
	Triggers    map[string]struct {
		TriggerID string `json:"trigger_id"`
	} `json:"triggers"`
}

type run struct {
	WorkflowID string          `json:"workflow_id"`
	Status     string          `json:"status"`
	Response   json.RawMessage `json:"response"`
	Error      *string         `json:"error"`
}

var client = &http.Client{Timeout: 180 * time.Second}

func call(d demo, method, path, body, key string) (run, int, error) {
	var answer run
	request, err := http.NewRequest(method, d.BaseURL+path, bytes.NewBufferString(body))
	if err != nil {
		return answer, 0, err
	}
	request.Header.Set("Authorization", "Bearer "+d.APIKey)
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := client.Do(request)
	if err != nil {
		return answer, 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return answer, 0, err
	}
	if response.StatusCode != http.StatusOK {
		return answer, response.StatusCode, fmt.Errorf("%d: %s", response.StatusCode, text)
	}
	return answer, response.StatusCode, json.Unmarshal(text, &answer)
}

// A start that got no answer is sent again under the same key, so it starts one run.
func start(d demo, path, body string) run {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		log.Fatal(err)
	}
	key := fmt.Sprintf("%x", random)
	for attempt := 0; attempt < 3; attempt++ {
		answer, code, err := call(d, "POST", path, body, key)
		if err == nil {
			return answer
		}
		if code >= 400 && code < 500 {
			log.Fatal(err)
		}
		log.Printf("no answer (%v), trying again", err)
		time.Sleep(time.Second << attempt)
	}
	log.Fatal("no answer")
	return run{}
}

func main() {
	path := ".trigger/demo.json"
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	var d demo
	if err := json.Unmarshal(text, &d); err != nil {
		log.Fatal(err)
	}
	target := d.WorkspaceID + "/" + d.Triggers["hello"].TriggerID + "/DEV"
	body := `{"message": "Go"}`

	waited := start(d, "/api/v1/ai/trigger/"+target, body)
	fmt.Printf("Waiting for the result: %s %s\n", waited.Status, waited.Response)

	started := start(d, "/api/v1/ai/trigger/start/"+target, body)
	for started.Status == "pending" {
		time.Sleep(time.Second)
		next, _, err := call(d, "GET", "/api/v1/ai/trigger/status/"+d.WorkspaceID+"/"+started.WorkflowID, "", "")
		if err != nil {
			log.Fatal(err)
		}
		started = next
	}
	fmt.Printf("In the background: %s %s\n", started.Status, started.Response)
	if started.Status != "completed" {
		os.Exit(1)
	}
}
