// SPDX-License-Identifier: Apache-2.0
// The question as labelled fields. Nothing is asked before the form is sent; what is wrong is said
// beside the field it is about.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { faultsOf, parseQuery, type SearchQuery } from '../../core/query';
import { completions, hasTerm, openTerm, withTerm } from '../../core/tag_terms';
import { config, kConfigDefaults } from '../../ui/api';
import { Combobox } from '../../ui/combobox';
import { Icon } from '../../ui/icons';
import { Labelled } from '../../ui/labelled';
import type { SearchState } from './search_state';
import { TimeFields } from './time_fields';

type TextKey = 'minDuration' | 'maxDuration';
/** The tag that every library sets on a failed span. */
const kErrorTerm = 'error';

function TextField(props: {
  readonly state: SearchState;
  readonly name: TextKey;
  readonly placeholder: string;
  readonly invalid: boolean;
}): JSX.Element {
  const { state, name, placeholder, invalid } = props;
  return (
    <input
      id={`search-${name}`}
      class="field"
      type="text"
      autocomplete="off"
      spellcheck={false}
      placeholder={placeholder}
      aria-invalid={invalid}
      aria-describedby={`search-${name}-note`}
      value={state.form.value[name]}
      onInput={(event) => state.set({ [name]: event.currentTarget.value })}
    />
  );
}

type NameKey = 'serviceName' | 'spanName' | 'remoteServiceName';

function NameField(props: {
  readonly state: SearchState;
  readonly name: NameKey;
  readonly options: readonly string[];
  readonly emptyText: string;
}): JSX.Element {
  const { state, name } = props;
  return (
    <Combobox
      id={`search-${name}`}
      value={state.form.value[name]}
      options={props.options}
      placeholder="any"
      emptyText={props.emptyText}
      onInput={(value) => state.set({ [name]: value })}
      onSettle={() => state.loadNames()}
    />
  );
}

function Names({ state }: { readonly state: SearchState }): JSX.Element {
  const { serviceName } = state.form.value;
  const named = serviceName.trim() !== '';
  const none = named ? 'No names known for this service' : 'Choose a service to see its names';
  return (
    <>
      <Labelled id="search-serviceName" label="Service">
        <NameField
          state={state}
          name="serviceName"
          options={state.services.state.value.value ?? []}
          emptyText="No services yet"
        />
      </Labelled>
      <Labelled id="search-spanName" label="Span name">
        <NameField
          state={state}
          name="spanName"
          options={named ? (state.spanNames.state.value.value ?? []) : []}
          emptyText={none}
        />
      </Labelled>
      <Labelled id="search-remoteServiceName" label="Remote service">
        <NameField
          state={state}
          name="remoteServiceName"
          options={named ? (state.remoteServices.state.value.value ?? []) : []}
          emptyText={none}
        />
      </Labelled>
    </>
  );
}

/** Suggests keys and their values where the server was told which to offer. */
function Tags({ state }: { readonly state: SearchState }): JSX.Element {
  const { annotationQuery } = state.form.value;
  const onInput = (text: string) => {
    state.set({ annotationQuery: text });
    const { key, value } = openTerm(text);
    if (value !== undefined && keys.includes(key)) state.loadTagValues(key);
  };
  const keys = state.tagKeys.state.value.value ?? [];
  const values = state.tagValues.state.value.value ?? [];
  const isOpenKey = openTerm(annotationQuery).key === state.valuesOf.value;
  return (
    <>
      <Labelled
        id="search-annotationQuery"
        label="Tags"
        hint="A key, or key=value; join several with and"
      >
        <Combobox
          id="search-annotationQuery"
          value={annotationQuery}
          options={keys}
          suggest={(text) => completions(text, keys, isOpenKey ? values : [])}
          continues={(option) => option.endsWith('=')}
          placeholder="error and http.status_code=500"
          describedBy="search-annotationQuery-note"
          onInput={onInput}
        />
      </Labelled>
      <label class="check">
        <input
          type="checkbox"
          checked={hasTerm(annotationQuery, kErrorTerm)}
          onChange={({ currentTarget }) => {
            const text = withTerm(annotationQuery, kErrorTerm, currentTarget.checked);
            state.set({ annotationQuery: text });
          }}
        />
        Errors only
      </label>
    </>
  );
}

function trimmed(query: SearchQuery): SearchQuery {
  return {
    ...query,
    serviceName: query.serviceName.trim(),
    spanName: query.spanName.trim(),
    remoteServiceName: query.remoteServiceName.trim(),
    annotationQuery: query.annotationQuery.trim(),
    minDuration: query.minDuration.trim(),
    maxDuration: query.maxDuration.trim(),
  };
}

export function SearchForm({ state }: { readonly state: SearchState }): JSX.Element {
  const tried = useSignal(false);
  const faults = tried.value ? faultsOf(state.form.value) : {};
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    state.set(trimmed(state.form.peek()));
    tried.value = true;
    if (Object.keys(faultsOf(state.form.peek())).length === 0) state.submit();
  };
  const clear = () => {
    tried.value = false;
    state.form.value = parseQuery('', config.peek() ?? kConfigDefaults);
  };
  return (
    <form class="search-form" role="search" aria-label="Find traces" onSubmit={onSubmit} noValidate>
      <Names state={state} />
      <Tags state={state} />
      <div class="field-pair">
        <Labelled id="search-minDuration" label="Min duration" fault={faults.minDuration}>
          <TextField
            state={state}
            name="minDuration"
            placeholder="250ms"
            invalid={faults.minDuration !== undefined}
          />
        </Labelled>
        <Labelled id="search-maxDuration" label="Max duration" fault={faults.maxDuration}>
          <TextField
            state={state}
            name="maxDuration"
            placeholder="1.5s"
            invalid={faults.maxDuration !== undefined}
          />
        </Labelled>
      </div>
      <TimeFields state={state} faults={faults} />
      <div class="form-actions">
        <button type="submit" class="button primary">
          <Icon name="search" />
          Find traces
        </button>
        <button type="button" class="button quiet" onClick={clear}>
          Clear
        </button>
      </div>
    </form>
  );
}
