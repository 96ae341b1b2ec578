{{- define "countersign.name" -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "countersign.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Call with a dict of `root` and `part` (front, worker, migrate). */}}
{{- define "countersign.selector" -}}
app.kubernetes.io/name: countersign
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "countersign.labels" -}}
{{ include "countersign.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "countersign.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "countersign.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Call with a list of keys of a Secret: nothing else of it is mounted. */}}
{{- define "countersign.files" -}}
{{- range uniq . }}
- {key: {{ . | quote }}, path: {{ . | quote }}}
{{- end }}
{{- end }}

{{- define "countersign.secretEnv" -}}
{{- range $name, $key := .Values.secret.keys }}
{{- if $key }}
- name: {{ $name }}_FILE
  value: /run/secrets/countersign/{{ $key }}
{{- end }}
{{- end }}
{{- end }}

{{/* Environment, mounts and volumes of a process; the same for fronts and workers. */}}
{{- define "countersign.env" -}}
{{- include "countersign.secretEnv" .root }}
- name: HOST
  value: 0.0.0.0
- name: PORT
  value: "3000"
- name: WORKER_PORT
  value: "3000"
- name: LOG_FORMAT
  value: json
- name: CONCURRENCY
  value: {{ .values.concurrency | quote }}
- name: SHUTDOWN_GRACE
  value: {{ .root.Values.shutdownGrace | quote }}
{{- if .root.Values.policy }}
- name: POLICY_FILE
  value: /etc/countersign/approvals.toml
{{- end }}
{{- range $name, $value := .root.Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- with .root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "countersign.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "countersign.name" .root }}-{{ .part }}
  labels: {{- include "countersign.labels" . | nindent 4 }}
spec:
  {{- if not .autoscaled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  strategy:
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels: {{- include "countersign.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "countersign.labels" . | nindent 8 }}
      {{- with .root.Values.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- with .root.Values.serviceAccountName }}
      serviceAccountName: {{ . | quote }}
      {{- end }}
      automountServiceAccountToken: false
      # preStop, then SIGTERM: running steps end or are handed back, and a database that is away is waited for.
      terminationGracePeriodSeconds: {{ add .root.Values.shutdownGrace 40 }}
      {{- with .root.Values.imagePullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext: {{- include "countersign.podSecurity" .root | nindent 8 }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "countersign.selector" . | nindent 14 }}
      containers:
        - name: countersign
          image: {{ include "countersign.image" .root | quote }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: {{ toJson .args }}
          env: {{- include "countersign.env" . | nindent 12 }}
          ports:
            - name: http
              containerPort: 3000
          startupProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 2
            failureThreshold: 60
          livenessProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
            timeoutSeconds: 4
            failureThreshold: 3
          lifecycle:
            preStop:
              exec:
                command: [sleep, "5"]
          resources: {{- toYaml .values.resources | nindent 12 }}
          securityContext: {{- include "countersign.containerSecurity" .root | nindent 12 }}
          volumeMounts:
            - {name: secret, mountPath: /run/secrets/countersign, readOnly: true}
            - {name: tmp, mountPath: /tmp}
            - {name: data, mountPath: /data}
            {{- if .root.Values.policy }}
            - {name: policy, mountPath: /etc/countersign, readOnly: true}
            {{- end }}
      volumes:
        - name: secret
          secret:
            secretName: {{ .root.Values.secret.name }}
            defaultMode: 0440
            items: {{- include "countersign.files" (concat (compact (values .root.Values.secret.keys | sortAlpha)) .root.Values.secret.files) | nindent 14 }}
        - name: tmp
          emptyDir: {}
        - name: data
          emptyDir: {}
        {{- if .root.Values.policy }}
        - name: policy
          configMap:
            name: {{ include "countersign.name" .root }}-policy
        {{- end }}
      {{- with .values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
